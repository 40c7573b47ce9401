// Calling tools as a strict client: every answer is checked against the schema that was announced.

import assert from "node:assert/strict";

/**
 * The tools of `client`.
 *
 * @param validator the validator that the client was given
 * @param validatesFailures whether this client checks `structuredContent` of failed calls too
 */
export function toolbox({ client, validator, validatesFailures }) {
  /** What `tools/list` said, by name. */
  const tools = new Map();
  /** Names of tools that did what they are for. */
  const worked = new Set();

  const call = async (name, input = {}) => {
    const before = validator.count;
    const result = await client.callTool({ name, arguments: input });
    if (!result.isError || validatesFailures) {
      assert.equal(validator.count, before + 1, `the client did not check the answer of ${name}`);
    }
    return result;
  };

  const good = async (name, input) => {
    const result = await call(name, input);
    assert.ok(!result.isError, `${name} failed: ${result.content?.[0]?.text}`);
    assert.deepEqual(
      JSON.parse(result.content[0].text),
      result.structuredContent,
      "text and structuredContent must say the same",
    );
    worked.add(name);
    return result.structuredContent;
  };

  const bad = async (name, input, code) => {
    const result = await call(name, input);
    assert.equal(result.isError, true, `${name} should have failed: ${result.content?.[0]?.text}`);
    const { error } = result.structuredContent;
    assert.equal(error.code, code, result.content[0].text);
    assert.ok(result.content[0].text.includes(error.message), "the text must say what happened");
    // Some clients check this for themselves, some do not: whoever does must not stumble.
    const verdict = validator.getValidator(tools.get(name).outputSchema)(result.structuredContent);
    assert.ok(verdict.valid, `the error does not fit the output schema: ${verdict.errorMessage}`);
    return error;
  };

  /** Does what takes a yes: the first answer hands out a handle, and the same request with it counts. */
  const agreed = async (name, input) => {
    const error = await bad(name, input, "confirmation_required");
    return good(name, { ...input, confirm: error.details.confirm });
  };

  return { tools, worked, good, bad, agreed };
}
