// A caller from outside on the way through the house: answered, held, fetched back, handed on in each
// way there is. After each step the PBX itself says where the caller is.

import assert from "node:assert/strict";

import { check, until } from "./checks.mjs";

const HUDA = "+966500000001";
const NADA = "+966500000002";

export async function moving({ good, bad, simulated }) {
  /** Waits until `number` has the call of `caller` in this state, and returns the leg. */
  const has = async (number, status, caller = HUDA) => {
    const legs = await until(
      `${number} is ${status} with ${caller}`,
      () => simulated.legsOf(number),
      (legs) => legs.some((leg) => leg.status === status && leg.party_number === caller),
    );
    assert.equal(legs.length, 1);
    return legs[0];
  };
  /** Waits until `number` has no call. */
  const isFree = (number) =>
    until(
      `${number} is free`,
      () => simulated.legsOf(number),
      (legs) => legs.length === 0,
    );

  await check("answer_call answers the call that rings", async () => {
    const callid = await simulated.ring(HUDA, "100");
    const ringing = await has("100", "Ringing");
    const answered = await good("answer_call", { extension: "100" });
    assert.equal(answered.success, true);
    assert.equal(answered.participantId, `${ringing.id}`);
    assert.equal((await has("100", "Connected")).callid, callid);
    await bad("answer_call", { extension: "100" }, "wrong_call_state");
  });

  let slot;
  await check("hold_call parks the caller and leaves the extension free", async () => {
    const held = await good("hold_call", { extension: "100", action: "hold" });
    assert.equal(held.action, "hold");
    assert.equal(held.otherParty, HUDA);
    slot = held.slot;
    await isFree("100");
    const calls = await simulated.get("calls");
    assert.deepEqual(calls.map(({ participants }) => numbersOf(participants)), [[HUDA, slot].sort()]);
    assert.deepEqual((await good("get_presence", { extension: "100" })).calls, []);
  });

  await check("hold_call fetches the caller back", async () => {
    const resumed = await good("hold_call", { extension: "100", action: "resume" });
    assert.deepEqual([resumed.action, resumed.slot, resumed.otherParty], ["resume", slot, HUDA]);
    await has("100", "Connected");
    await bad("hold_call", { extension: "100", action: "resume" }, "not_found");
  });

  await check("transfer_call, attended, hands the caller to who answers", async () => {
    const request = { extension: "100", destination: "107", type: "attended" };
    const moved = await good("transfer_call", request);
    assert.deepEqual([moved.transferType, moved.action], ["attended", "routeto"]);
    await has("107", "Connected");
    await isFree("100");
  });

  await check("transfer_call, blind, hands a connected caller on", async () => {
    const moved = await good("transfer_call", { extension: "107", destination: "104" });
    assert.deepEqual([moved.transferType, moved.action], ["blind", "transferto"]);
    await has("104", "Connected");
    await isFree("107");
  });

  await check("transfer_call, blind, diverts a ringing caller", async () => {
    await simulated.ring(NADA, "105");
    await has("105", "Ringing", NADA);
    const request = { extension: "105", destination: "109", type: "blind" };
    const moved = await good("transfer_call", request);
    assert.deepEqual([moved.transferType, moved.action], ["blind", "divert"]);
    await has("109", "Connected", NADA);
    await isFree("105");
  });

  await check("get_active_calls shows both callers with those who talk to them", async () => {
    const { activeCalls } = await until(
      "both callers are connected",
      () => good("get_active_calls"),
      ({ activeCalls }) => activeCalls.every(({ status }) => status === "Connected"),
    );
    assert.deepEqual(
      activeCalls.map(({ direction, caller, extension }) => [direction, caller, extension]).sort(),
      [
        ["Inbound", HUDA, "104"],
        ["Inbound", NADA, "109"],
      ],
    );
    const { activeCalls: ofOne } = await good("get_active_calls", { extension: "109" });
    assert.deepEqual(ofOne.map(({ caller }) => caller), [NADA]);
  });

  await check("both calls are hung up", async () => {
    for (const extension of ["104", "109"]) await good("drop_call", { extension });
    await until(
      "no call on the PBX",
      () => simulated.get("calls"),
      (calls) => calls.length === 0,
    );
  });

  await check("hand_to_basma hands a ringing caller to the voice assistant", async () => {
    const callid = await simulated.ring(NADA, "105");
    await has("105", "Ringing", NADA);
    const handed = await good("hand_to_basma", { extension: "105" });
    assert.deepEqual([handed.action, handed.destination], ["divert", "assistant"]);
    assert.equal(handed.transcript, `threecx://calls/${callid}/transcript`);
    await isFree("105");
    await has("assistant", "Connected", NADA);
    await simulated.hangUp(NADA);
    await isFree("assistant");
  });
}

/** The numbers that take part; a trunk counts by the number outside. */
function numbersOf(participants) {
  return participants.map((participant) => participant.own_number).sort();
}
