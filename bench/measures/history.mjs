// Past calls, when their days are kept already.

import { duel } from "../load.mjs";
import { claim, note } from "../report.mjs";
import { call, json, mcp } from "../requests.mjs";
import { figure } from "../table.mjs";

export async function history(workerd, pbx, kv, tools, plan) {
  const what = "get_call_logs, 30 days of 1,000 calls";
  if (!tools.some(({ name }) => name === "get_call_logs")) {
    claim(what, "not built yet", "", "", "warm: 0 PBX requests");
    return;
  }
  const url = workerd.url("past");
  await json(`${pbx.url}/_sim/seed_history`, { value: { days: 32, calls_per_day: 1000, seed: 7 } });
  // Days that are over, in whatever zone.
  const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const args = { start_date: day(31), end_date: day(2), limit: 20 };
  const begun = performance.now();
  await call(url, "get_call_logs", args);
  const cold = performance.now() - begun;
  const before = (await json(`${pbx.url}/_sim/requests`)).length;
  await json(`${pbx.url}/_sim/requests`, { method: "DELETE" });
  const request = mcp("modern", "tools/call", { name: "get_call_logs", arguments: args });
  const contender = { port: workerd.ports.past, request, path: "/mcp", connections: 4 };
  const seen = await duel({ ours: contender }, { ...plan, rounds: Math.ceil(plan.rounds / 3) });
  const requests = await json(`${pbx.url}/_sim/requests`);
  note(what, "ours, warm", seen.of.ours);
  claim(what, `${figure(seen.of.ours.rate)}/s warm`, `cold ${figure(cold)} ms, ${before} PBX requests`,
    `${figure(seen.of.ours.p50)} ms, ${kv.keys()} days kept`, "");
  claim("PBX requests for cached history", requests.length, "", "", "0", requests.length === 0);
}
