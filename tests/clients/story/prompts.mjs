// The prompts: each one listed, filled in, and refused where an argument is missing.

import assert from "node:assert/strict";

import { check } from "./checks.mjs";

/** Each prompt with what it is given and what its text must say then. */
const FILLED_IN = [
  ["reach_somebody", { who: "Dr. Khalid", from: "100" }, /Dr\. Khalid.*extension 100/s],
  ["who_is_free", { department: "Doctors" }, /Doctors.*get_extensions/s],
  ["missed_calls", { extension: "104" }, /extension 104.*get_call_logs/s],
  ["todays_calls", { extension: "105" }, /extension 105.*get_call_logs/s],
  ["hand_over", { to: "Reception", extension: "100" }, /extension 100.*Reception.*transfer_call/s],
];

/** What stands in the text where an argument was left out. */
const LEFT_OUT = [
  ["who_is_free", {}, /everybody/],
  ["missed_calls", {}, /my default extension/],
  ["hand_over", { to: "101" }, /my default extension.*extension 101/s],
];

export async function prompts({ client }) {
  await check("prompts are listed with their arguments", async () => {
    const { prompts } = await client.listPrompts();
    assert.deepEqual(
      prompts.map(({ name }) => name).sort(),
      FILLED_IN.map(([name]) => name).sort(),
      "each prompt has its check below",
    );
    for (const prompt of prompts) assert.ok(prompt.title && prompt.description, prompt.name);
    const reach = prompts.find((prompt) => prompt.name === "reach_somebody");
    assert.equal(reach.arguments.find((argument) => argument.name === "who").required, true);
  });

  await check("every prompt is filled in", async () => {
    for (const [name, input, text] of [...FILLED_IN, ...LEFT_OUT]) {
      const { messages } = await client.getPrompt({ name, arguments: input });
      assert.equal(messages[0].role, "user", name);
      assert.match(messages[0].content.text, text, name);
      assert.doesNotMatch(messages[0].content.text, /[{}]/, name);
    }
  });

  await check("a prompt without its argument, or that is unknown, is a protocol error", async () => {
    const invalid = { code: -32602 };
    await assert.rejects(client.getPrompt({ name: "reach_somebody", arguments: {} }), invalid);
    await assert.rejects(client.getPrompt({ name: "no_such_prompt" }), invalid);
  });
}
