// The story that every MCP client plays against the server, whatever its SDK and protocol era.
//
// It shows: what a client lists is what it can use, every tool, resource and prompt of it; what was
// asked for really happened, once; answers, good and bad, fit the schemas the server announced;
// failures are data a model can act on. What the PBX did is asked of the simulated PBX, not of the
// server under test. The story resets that PBX first, so it can be played again and again.
//
// Nothing in here knows an SDK: the scripts beside this file bring the client, already connected.
// Each subject is a file in `story/`; they are played in order, and the later ones look back on the
// calls of the earlier ones.

import assert from "node:assert/strict";

import { check } from "./story/checks.mjs";
import { limits } from "./story/limits.mjs";
import { moving } from "./story/moving.mjs";
import { simulatedPbx } from "./story/pbx.mjs";
import { people } from "./story/people.mjs";
import { placing } from "./story/placing.mjs";
import { prompts } from "./story/prompts.mjs";
import { recording } from "./story/recording.mjs";
import { records } from "./story/records.mjs";
import { toolbox } from "./story/toolbox.mjs";
import { reader, views } from "./story/views.mjs";

/** No API of 3CX sends a message: this tool's only truthful answer is a refusal. */
const REFUSES = "send_message";

/**
 * Plays the story.
 *
 * @param client an SDK client, connected
 * @param pbx where the simulated PBX answers
 * @param validator the validator that the client was given
 * @param validatesFailures whether this client checks `structuredContent` of failed calls too
 */
export async function story({ client, pbx, validator, validatesFailures }) {
  const simulated = simulatedPbx(pbx);
  await simulated.reset();
  const { tools, worked, good, bad, agreed } = toolbox({ client, validator, validatesFailures });
  const stage = { client, simulated, good, bad, agreed, read: reader(client) };

  await check("the server says who it is and how to use it", () => {
    assert.equal(client.getServerVersion().name, "3cx-mcp-edge");
    assert.match(client.getInstructions(), /extension/i);
    for (const capability of ["tools", "resources", "prompts", "completions"]) {
      assert.ok(client.getServerCapabilities()[capability], `${capability} is not declared`);
    }
  });

  await check("tools are listed with titles, schemas and annotations", async () => {
    for (const tool of (await client.listTools()).tools) tools.set(tool.name, tool);
    assert.equal(tools.size, 15);
    for (const tool of tools.values()) {
      assert.ok(tool.title && tool.description, tool.name);
      assert.equal(tool.inputSchema.type, "object", tool.name);
      assert.equal(tool.outputSchema.type, "object", tool.name);
      for (const hint of ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"]) {
        assert.equal(typeof tool.annotations[hint], "boolean", `${tool.name}: ${hint}`);
      }
    }
    assert.equal(tools.get("get_presence").annotations.readOnlyHint, true);
    assert.equal(tools.get("make_call").annotations.readOnlyHint, false);
    assert.equal(tools.get("make_call").annotations.destructiveHint, true);
  });

  for (const subject of [people, placing, moving, recording, records, limits, views, prompts]) {
    await subject(stage);
  }

  await check("every tool that was listed did what it is for", () => {
    const expected = [...tools.keys()].filter((name) => name !== REFUSES);
    assert.deepEqual([...worked].sort(), expected.sort());
  });
}
