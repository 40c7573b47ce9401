// What the telephone system remembers: past calls (those of the story), and messages.

import assert from "node:assert/strict";

import { check, until } from "./checks.mjs";

const YASSER = "+966500000019";

export async function records({ good, read, simulated }) {
  /** Asks until the newest calls are those that the PBX knows, and compares each. */
  const isTheTruth = async (ask) => {
    const truth = await simulated.get("history_truth");
    assert.ok(truth.length >= 3, "the story had calls");
    const ids = truth.map(({ id }) => id);
    const calls = await until("every call is told", ask, (calls) => {
      const told = calls.map(({ id }) => id);
      return ids.slice(-3).every((id) => told.includes(id));
    });
    for (const call of calls) {
      const known = truth.find(({ id }) => id === call.id);
      assert.ok(known, `call ${call.id} never happened`);
      assert.equal(call.status === "Answered", known.answered, call.id);
      assert.ok(known.direction.includes(call.direction), `${known.direction} ${call.direction}`);
    }
  };

  await check("get_call_logs tells the calls of this story", async () => {
    await isTheTruth(async () => (await good("get_call_logs", { limit: 100 })).logs);
  });

  await check("get_call_logs of one direction and extension, page by page", async () => {
    const request = { direction: "Outbound", extension: "100", limit: 1 };
    const first = await good("get_call_logs", request);
    assert.equal(first.count, 1);
    assert.deepEqual([first.logs[0].caller, first.logs[0].callee], ["100", "+966500000000"]);
    const second = await good("get_call_logs", { ...request, cursor: first.nextCursor });
    assert.notEqual(second.logs[0].id, first.logs[0].id);
    assert.ok(second.logs[0].startTime <= first.logs[0].startTime, "newest first");
  });

  await check("threecx://call-history tells the same calls", async () => {
    await isTheTruth(async () => (await read("threecx://call-history")).records);
  });

  await check("get_messages and threecx://messages tell what was written", async () => {
    const text = "هل العيادة مفتوحة اليوم؟";
    const message = { kind: "SMS", from: { number: YASSER, phone: YASSER }, to: ["100"], text };
    const id = `${await simulated.write(message)}`;
    const kept = (await simulated.get("chats")).length;
    const all = await good("get_messages", { limit: 100 });
    const view = await read("threecx://messages");
    for (const { count, messages } of [all, view]) {
      assert.equal(count, kept);
      const newest = messages[0];
      assert.deepEqual(
        [newest.id, newest.from, newest.to, newest.body, newest.direction],
        [id, YASSER, "100", text, "Inbound"],
      );
    }
    const ofSara = await good("get_messages", { extension: "100", limit: 2 });
    assert.equal(ofSara.messages[0].id, id);
    const older = await good("get_messages", { extension: "100", limit: 2, cursor: ofSara.nextCursor });
    assert.ok(older.messages.every((message) => message.timestamp <= ofSara.messages[1].timestamp));
  });

  await check("get_audit_log and threecx://audit tell who asked for what", async () => {
    const { entries } = await good("get_audit_log", { tool: "make_call", limit: 100 });
    assert.ok(entries.some((entry) => entry.outcome === "ok" && entry.caller === "local"));
    assert.ok(!JSON.stringify(entries).includes("+966500000000"), "numbers are masked");
    assert.ok((await read("threecx://audit")).entries.length > entries.length);
  });
}
