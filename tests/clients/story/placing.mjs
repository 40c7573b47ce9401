// One call to the outside, from make_call to drop_call: placed once, seen by every tool that shows
// calls, hung up, gone.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { check, until } from "./checks.mjs";

export async function placing({ good, bad, agreed, read, simulated }) {
  const request = { extension: "100", destination: "+966500000000", idempotency_key: randomUUID() };
  let placed;

  await check("make_call to the outside asks first, and then places exactly one call", async () => {
    placed = await agreed("make_call", request);
    assert.equal(placed.success, true);
    assert.equal(placed.destination, "+966500000000");
    assert.equal(placed.repeated, false);
    const history = await simulated.get("history");
    assert.deepEqual(
      history.map(({ from, to }) => ({ from, to })),
      [{ from: "100", to: "+966500000000" }],
    );
  });

  await check("the same request with the same key places no second call", async () => {
    const again = await good("make_call", request);
    assert.equal(again.repeated, true);
    assert.equal(again.callId, placed.callId);
    assert.equal((await simulated.get("history")).length, 1);
  });

  await check("get_presence shows the call", async () => {
    const presence = await until(
      "extension 100 is on a connected call",
      () => good("get_presence", { extension: "100" }),
      ({ onCall, calls }) => onCall && calls[0]?.status === "Connected",
    );
    assert.equal(presence.calls.length, 1);
    assert.equal(presence.calls[0].callId, placed.callId);
    assert.equal(presence.calls[0].otherParty, "+966500000000");
    assert.equal(presence.calls[0].external, true);
    assert.match(presence.statusText, /966500000000/);
  });

  await check("get_active_calls and threecx://active-calls show the call", async () => {
    for (const ask of [() => good("get_active_calls"), () => read("threecx://active-calls")]) {
      const { activeCalls } = await until("one connected call", ask, hasOneConnected);
      const [call] = activeCalls;
      assert.equal(call.id, placed.callId);
      assert.equal(call.participantId, placed.participantId);
      assert.deepEqual(
        [call.direction, call.caller, call.callee],
        ["Outbound", "100", "+966500000000"],
      );
    }
  });

  await check("get_extensions shows who is on a call", async () => {
    const { extensions } = await good("get_extensions", { include_status: true });
    const onCall = extensions.filter((extension) => extension.onCall).map(({ number }) => number);
    assert.deepEqual(onCall, ["100"]);
  });

  await check("drop_call finds the only call without participant_id", async () => {
    const dropped = await good("drop_call", { extension: "100" });
    assert.equal(dropped.success, true);
    assert.equal(dropped.alreadyOver, false);
    assert.equal(dropped.participantId, placed.participantId);
  });

  await check("the call is gone", async () => {
    await until(
      "no call on the PBX",
      () => simulated.get("calls"),
      (calls) => calls.length === 0,
    );
    const [entry] = await simulated.get("history");
    assert.equal(entry.ended, true);
    const presence = await good("get_presence", { extension: "100" });
    assert.equal(presence.onCall, false);
    assert.deepEqual(presence.calls, []);
  });

  await check("drop_call with nothing to drop is not_found", async () => {
    await bad("drop_call", { extension: "100" }, "not_found");
  });

  await check("drop_call of a call that is over says so", async () => {
    const id = placed.participantId;
    const dropped = await good("drop_call", { extension: "100", participant_id: id });
    assert.equal(dropped.alreadyOver, true);
  });
}

function hasOneConnected({ activeCalls }) {
  return activeCalls.length === 1 && activeCalls[0].status === "Connected";
}
