// record_call: the extension's recording setting, changed after a yes and put back.

import assert from "node:assert/strict";

import { check, until } from "./checks.mjs";

export async function recording({ good, bad, agreed, simulated }) {
  /** What the PBX was told about recording, in order. */
  const changes = async () => {
    const patches = await simulated.requests("PATCH", "/Users(");
    assert.ok(patches.every(({ status }) => status === 204));
    return patches.map(({ body }) => JSON.parse(body).RecordCalls);
  };
  const start = { extension: "100", action: "start" };
  let confirm;

  await check("record_call start asks before it changes a setting", async () => {
    const error = await bad("record_call", start, "confirmation_required");
    ({ confirm } = error.details);
    assert.deepEqual(await changes(), []);
  });

  await check("record_call start, confirmed, records the next calls", async () => {
    const done = await good("record_call", { ...start, confirm });
    assert.equal(done.recordingNextCalls, true);
    assert.deepEqual(await changes(), [true]);
  });

  await check("a call that begins now is being recorded", async () => {
    await agreed("make_call", { extension: "100", destination: "0500000000" });
    await until(
      "extension 100 is on a call",
      () => simulated.legsOf("100"),
      (legs) => legs.length === 1,
    );
    assert.equal((await good("record_call", start)).recordingNow, true);
    await good("drop_call", { extension: "100" });
  });

  await check("record_call stop puts the setting back", async () => {
    const done = await good("record_call", { extension: "100", action: "stop" });
    assert.equal(done.recordingNextCalls, false);
    assert.deepEqual(await changes(), [true, false]);
  });
}
