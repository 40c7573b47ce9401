// Requests per second, side by side with constants and with the TypeScript SDK.

import { duel } from "../load.mjs";
import { compare, note } from "../report.mjs";
import { ask, mcp } from "../requests.mjs";
import { untilLive } from "./live.mjs";

export async function lists(workerd, tools, plan) {
  const names = (list) => list.map(({ name }) => name).sort().join();
  for (const era of ["modern", "legacy"]) {
    const result = await ask(workerd.url("sdk"), era, "tools/list");
    if (names(result.tools) !== names(tools)) throw new Error("the SDK's handler has other tools");
    const contender = (name) => ({
      port: workerd.ports[name],
      request: mcp(era, "tools/list"),
      path: "/mcp",
      connections: 8,
    });
    const seen = await duel(
      { ours: contender("ours"), constant: contender("constant"), sdk: contender("sdk") }, plan);
    const what = `tools/list, ${era} (${tools.length} tools)`;
    for (const [name, of] of Object.entries(seen.of)) note(what, name, of);
    compare(what, seen, "ours", "constant", "Rust constant", 0.8);
    compare(what, seen, "ours", "sdk", "TypeScript SDK", 6);
  }
}

export async function presence(workerd, plan) {
  await untilLive(workerd.url("ours"));
  const request = mcp("modern", "tools/call", { name: "get_presence", arguments: { extension: "100" } });
  const seen = await duel({
    ours: { port: workerd.ports.ours, request, path: "/mcp", connections: 8 },
    object: { port: workerd.ports.constant, request, path: "/object", connections: 8 },
  }, plan);
  await untilLive(workerd.url("ours"));
  for (const [name, of] of Object.entries(seen.of)) note("get_presence, live", name, of);
  compare("get_presence, live", seen, "ours", "object", "constant object", 0.6);
}
