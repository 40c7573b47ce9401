// What cannot or must not be done is said plainly, and nothing of it reaches the PBX.

import assert from "node:assert/strict";

import { check } from "./checks.mjs";

export async function limits({ client, good, bad, simulated }) {
  const placed = async () => (await simulated.get("history")).length;

  await check("send_message says that 3CX cannot, for every channel, and sends nothing", async () => {
    const before = (await simulated.get("chats")).length;
    for (const [channel, to] of [
      ["sms", "0500000000"],
      ["whatsapp", "+966500000000"],
      ["livechat", "101"],
    ]) {
      const error = await bad("send_message", { to, message: "Hello", channel }, "not_supported_by_pbx");
      assert.match(error.message, /^nothing was sent/);
      assert.ok(error.hint, "what to do instead");
    }
    assert.equal((await simulated.get("chats")).length, before);
  });

  await check("check_pbx finds the demo clinic in order and names who cannot be controlled", async () => {
    const { ok, version, findings } = await good("check_pbx");
    assert.equal(ok, true, JSON.stringify(findings));
    assert.match(version, /^20\./);
    const of = (name) => findings.find((finding) => finding.check === name);
    for (const name of ["connection", "clock", "configuration API", "reports", "parking"]) {
      assert.equal(of(name)?.state, "ok", name);
    }
    assert.equal(of("call control").state, "warning");
    assert.match(of("call control").message, /113/);
    assert.ok(of("call control").mend && of("live link"));
  });

  await check("make_call without destination is invalid_argument", async () => {
    const before = await placed();
    const error = await bad("make_call", { extension: "100" }, "invalid_argument");
    assert.match(error.message, /destination/);
    assert.match(error.hint, /destination \(required\)/);
    assert.equal(await placed(), before);
  });

  await check("make_call to an emergency number is refused", async () => {
    const before = await placed();
    await bad("make_call", { extension: "100", destination: "911" }, "forbidden_destination");
    assert.equal(await placed(), before);
  });

  await check("an unknown tool is a protocol error", async () => {
    await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }), {
      code: -32602,
      message: /no_such_tool/,
    });
  });
}
