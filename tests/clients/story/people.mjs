// Who there is and what they are doing: get_extensions, get_presence.

import assert from "node:assert/strict";

import { check } from "./checks.mjs";

export async function people({ good, bad }) {
  await check("get_extensions with status names everybody", async () => {
    const { count, extensions } = await good("get_extensions", { include_status: true });
    assert.equal(count, extensions.length);
    const sara = extensions.find((extension) => extension.number === "100");
    assert.match(sara.name, /Sara/);
    assert.equal(sara.registered, true);
    assert.equal(sara.onCall, false);
    assert.ok(sara.statusText);
  });

  await check("get_extensions in pages gives the same people", async () => {
    const numbers = [];
    let cursor;
    do {
      const page = await good("get_extensions", { limit: 4, ...(cursor && { cursor }) });
      assert.ok(page.count <= 4);
      numbers.push(...page.extensions.map((extension) => extension.number));
      cursor = page.nextCursor;
    } while (cursor && numbers.length < 200);
    const whole = await good("get_extensions", { limit: 100 });
    assert.deepEqual(numbers, whole.extensions.map((extension) => extension.number));
    assert.ok(numbers.length > 4, "one page proves nothing");
  });

  await check("get_presence of a free person", async () => {
    const presence = await good("get_presence", { extension: "100" });
    assert.equal(presence.status, "Available");
    assert.equal(presence.onCall, false);
    assert.deepEqual(presence.calls, []);
  });

  await check("an argument that does not exist is ignored with a warning", async () => {
    const presence = await good("get_presence", { extension: "100", colour: "red" });
    assert.equal(presence.extension, "100");
    assert.match(presence.warnings.join(), /colour/);
  });

  await check("get_presence of an extension that does not exist is not_found", async () => {
    const error = await bad("get_presence", { extension: "199" }, "not_found");
    assert.match(error.message, /199/);
    assert.equal(error.retryable, false);
  });
}
