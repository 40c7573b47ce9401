// From an event at the PBX to where it can be seen, and to those who follow.

import { followEvents, listenTo } from "../follower.mjs";
import { median, quantile } from "../load.mjs";
import { claim, isQuick } from "../report.mjs";
import { call, json } from "../requests.mjs";
import { figure } from "../table.mjs";

/** Waits until the table of live calls is one. */
export async function untilLive(url) {
  const deadline = Date.now() + 20_000;
  while (!(await call(url, "get_presence", { extension: "100" })).live) {
    if (Date.now() > deadline) throw new Error("the live link does not come up");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** From the PBX to an answer of a tool: calls come and end while it is asked again and again. */
export async function visible(workerd, pbx) {
  const url = workerd.url("ours");
  await untilLive(url);
  // A phone rings at once: how long a real one takes is not ours.
  await json(`${pbx.url}/_sim/settings`, { method: "PUT", value: { ring_ms: 0 } });
  const appeared = [];
  const gone = [];
  const polls = [];
  const until = async (from, isThere, happening) => {
    // What it takes to make it happen counts, too: the sockets are told somewhere on the way.
    const begun = performance.now();
    await happening;
    for (;;) {
      const asked = performance.now();
      const { activeCalls, live } = await call(url, "get_active_calls", {});
      const now = performance.now();
      polls.push(now - asked);
      if (!live) throw new Error("the live link went down");
      if (JSON.stringify(activeCalls).includes(from) === isThere) return now - begun;
      if (now - begun > 10_000) throw new Error("an event did not become visible in 10 seconds");
    }
  };
  for (let round = 0; round < (isQuick ? 50 : 200); round += 1) {
    const from = `+9665000${String(round).padStart(5, "0")}`;
    const inbound = { from, name: "Bench", to: "100", answering: { does: "never" } };
    appeared.push(await until(from, true, json(`${pbx.url}/_sim/inbound`, { value: inbound })));
    const end = { who: from, does: "hang_up" };
    gone.push(await until(from, false, json(`${pbx.url}/_sim/party`, { value: end })));
  }
  const shown = (times) => `median ${figure(median(times))} ms, p99 ${figure(quantile(times, 0.99))} ms`;
  const polled = `polled every ${figure(median(polls))} ms`;
  const bar = "median ≤ 20 ms";
  for (const [what, times] of [["a call comes", appeared], ["it ends", gone]]) {
    const count = `${times.length} calls`;
    claim(`event → visible: ${what}`, shown(times), polled, count, bar, median(times) <= 20);
  }
}

/** From the PBX to those who follow: calls come and end while one stream, or many, are open. */
export async function followed(workerd, pbx) {
  const url = workerd.url("ours");
  await untilLive(url);
  await json(`${pbx.url}/_sim/settings`, { method: "PUT", value: { ring_ms: 0 } });
  const rounds = isQuick ? 50 : 200;
  const crowd = 100;
  const others = [];
  try {
    for (const [what, start, tells] of [
      ["an event of GET /events", () => followEvents(url), (event) => event.includes("event: call.")],
      ["a notification of subscriptions/listen", () => listenTo(url, ["threecx://active-calls"]),
        (event) => event.includes("resources/updated")],
      [`GET /events beside ${crowd} others`, async () => {
        for (let other = 0; other < crowd; other += 1) others.push(await followEvents(url));
        return followEvents(url);
      }, (event) => event.includes("event: call.")],
    ]) {
      const follower = await start();
      const times = [];
      const until = async (happen) => {
        const heard = follower.heard(tells);
        const begun = performance.now();
        // What it takes to make it happen counts, too: the sockets are told somewhere on the way.
        const [at] = await Promise.all([heard, happen()]);
        times.push(at - begun);
        // What else belongs to it has come, too.
        await new Promise((resolve) => setTimeout(resolve, 20));
      };
      try {
        for (let round = 0; round < rounds; round += 1) {
          const from = `+9665100${String(round).padStart(5, "0")}`;
          const inbound = { from, name: "Bench", to: "100", answering: { does: "never" } };
          await until(() => json(`${pbx.url}/_sim/inbound`, { value: inbound }));
          await until(() => json(`${pbx.url}/_sim/party`, { value: { who: from, does: "hang_up" } }));
        }
      } finally {
        follower.hangUp();
      }
      claim(`event → subscriber: ${what}`, `median ${figure(median(times))} ms, p99 ${figure(quantile(times, 0.99))} ms`,
        "", `${times.length} events`, "");
    }
  } finally {
    for (const other of others) other.hangUp();
  }
}
