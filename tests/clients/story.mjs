// The story that every MCP client plays against the server, whatever its SDK and protocol era.
//
// It shows: what a client lists is what it can use; a call that was asked for once is placed once,
// can be seen, hung up, and is gone; answers, good and bad, fit the schemas the server announced;
// failures are data a model can act on. What the PBX did is asked of the simulated PBX, not of the
// server under test. The story resets that PBX first, so it can be played again and again.
//
// Nothing in here knows an SDK: the scripts beside this file bring the client, already connected.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

let passed = 0;
let failed = 0;

/** Runs one check, prints how it went, and says so. */
export async function check(name, body) {
  try {
    await body();
    passed += 1;
    console.log(`ok - ${name}`);
    return true;
  } catch (error) {
    failed += 1;
    console.log(`not ok - ${name}\n${explain(error)}`);
    return false;
  }
}

/** What went wrong, and where in these files; the ways through the SDK's own files are left out. */
function explain(error) {
  const lines = String(error?.stack ?? error).split("\n");
  return lines
    .filter((line) => !/^\s+at /.test(line) || /tests\/clients\//.test(line))
    .map((line) => `    ${line}`)
    .join("\n");
}

/** Prints the count; the process will exit with 1 if a check failed. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

/** Asks until `accept` takes the answer, and returns it; gives up after `limit` milliseconds. */
export async function until(what, ask, accept, limit = 15_000) {
  const deadline = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (accept(answer)) return answer;
    if (Date.now() > deadline) assert.fail(`not in ${limit} ms: ${what}; last: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The two addresses that a script is called with. */
export function addresses() {
  const [mcp, pbx] = process.argv.slice(2);
  if (mcp && pbx) return { mcp: new URL(mcp), pbx: pbx.replace(/\/$/, "") };
  console.error(`usage: node ${process.argv[1]} <mcp-url> <pbx-url>`);
  process.exit(2);
}

/**
 * A fetch that writes down what goes over the wire: verb, headers and JSON-RPC method of each
 * request, and the status of its answer. `edit` may change the message before it is sent.
 */
export function recorder(edit = (message) => message) {
  const wire = [];
  const recording = async (url, init = {}) => {
    const message = typeof init.body === "string" ? edit(JSON.parse(init.body)) : undefined;
    const response = await fetch(url, message ? { ...init, body: JSON.stringify(message) } : init);
    wire.push({
      verb: init.method ?? "GET",
      header: (name) => new Headers(init.headers).get(name),
      method: message?.method,
      params: message?.params,
      status: response.status,
    });
    return response;
  };
  return { wire, fetch: recording };
}

/**
 * A JSON Schema validator that counts its work. SDK clients check `structuredContent` only for tools
 * they listed before, and silently not at all otherwise: the count shows that they did.
 */
export class CountingValidator {
  /** How many values were checked. */
  count = 0;

  constructor(validator) {
    this.validator = validator;
  }

  getValidator(schema) {
    const validate = this.validator.getValidator(schema);
    return (value) => {
      this.count += 1;
      return validate(value);
    };
  }
}

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

  const tools = new Map();
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
    return result.structuredContent;
  };
  const bad = async (name, input, code) => {
    const result = await call(name, input);
    assert.equal(result.isError, true, `${name} should have failed: ${result.content?.[0]?.text}`);
    const { error } = result.structuredContent;
    assert.equal(error.code, code);
    assert.ok(result.content[0].text.includes(error.message), "the text must say what happened");
    // Some clients check this for themselves, some do not: whoever does must not stumble.
    const verdict = validator.getValidator(tools.get(name).outputSchema)(result.structuredContent);
    assert.ok(verdict.valid, `the error does not fit the output schema: ${verdict.errorMessage}`);
    return error;
  };

  await check("the server says who it is and how to use it", () => {
    assert.equal(client.getServerVersion().name, "3cx-mcp-edge");
    assert.match(client.getInstructions(), /extension/i);
    for (const capability of ["tools", "resources", "prompts", "completions"]) {
      assert.ok(client.getServerCapabilities()[capability], `${capability} is not declared`);
    }
  });

  await check("tools are listed with titles, schemas and annotations", async () => {
    for (const tool of (await client.listTools()).tools) tools.set(tool.name, tool);
    for (const name of ["get_extensions", "get_presence", "make_call", "drop_call"]) {
      assert.ok(tools.has(name), `${name} is missing`);
    }
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

  await people({ client, good, bad });
  await oneCall({ good, bad, simulated });
  await mistakes({ client, bad, simulated });
  await resources({ client });
  await promptsAndCompletion({ client });
}

async function people({ good, bad }) {
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

async function oneCall({ good, bad, simulated }) {
  const request = { extension: "100", destination: "+966500000000", idempotency_key: randomUUID() };
  let placed;

  await check("make_call places exactly one call", async () => {
    placed = await good("make_call", request);
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

async function mistakes({ client, bad, simulated }) {
  await check("make_call without destination is invalid_argument", async () => {
    const error = await bad("make_call", { extension: "100" }, "invalid_argument");
    assert.match(error.message, /destination/);
    assert.match(error.hint, /destination \(required\)/);
  });

  await check("make_call to an emergency number is refused", async () => {
    await bad("make_call", { extension: "100", destination: "911" }, "forbidden_destination");
  });

  await check("calls that were refused never reached the PBX", async () => {
    assert.equal((await simulated.get("history")).length, 1);
  });

  await check("an unknown tool is a protocol error", async () => {
    await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }), {
      code: -32602,
      message: /no_such_tool/,
    });
  });
}

async function resources({ client }) {
  const read = async (uri) => {
    const { contents } = await client.readResource({ uri });
    assert.equal(contents.length, 1);
    assert.equal(contents[0].uri, uri, "answered under the URI that was asked for");
    assert.equal(contents[0].mimeType, "application/json");
    return JSON.parse(contents[0].text);
  };

  await check("resources are listed", async () => {
    const { resources } = await client.listResources();
    const extensions = resources.find((resource) => resource.uri === "threecx://extensions");
    assert.ok(extensions.name && extensions.description);
    assert.equal(extensions.mimeType, "application/json");
    for (const { uri } of resources) assert.ok(URL.canParse(uri), `${uri} is no RFC 3986 URI`);
  });

  await check("every resource that is listed can be read", async () => {
    for (const { uri } of (await client.listResources()).resources) await read(uri);
  });

  await check("threecx://extensions and 3cx://extensions are the same", async () => {
    const contents = await read("threecx://extensions");
    const alias = await read("3cx://extensions");
    assert.equal(contents.count, contents.extensions.length);
    assert.ok(contents.extensions.some((extension) => extension.number === "100"));
    assert.deepEqual(alias.extensions, contents.extensions);
  });

  await check("resource templates are listed", async () => {
    const { resourceTemplates } = await client.listResourceTemplates();
    const templates = resourceTemplates.map((template) => template.uriTemplate);
    for (const template of ["threecx://extensions/{number}", "3cx://{view}"]) {
      assert.ok(templates.includes(template), `${template} is missing`);
    }
  });

  await check("one extension is read under both of its URIs", async () => {
    for (const uri of ["threecx://extensions/100", "3cx://extensions/100"]) {
      const contents = await read(uri);
      assert.equal(contents.extension.number, "100", uri);
      assert.equal(contents.onCall, false, uri);
    }
  });

  await check("a resource that does not exist is a protocol error that names it", async () => {
    for (const uri of ["threecx://nothing", "threecx://extensions/199"]) {
      await assert.rejects(client.readResource({ uri }), { code: -32602, data: { uri } });
    }
  });
}

async function promptsAndCompletion({ client }) {
  await check("prompts are listed with their arguments", async () => {
    const { prompts } = await client.listPrompts();
    const reach = prompts.find((prompt) => prompt.name === "reach_somebody");
    assert.ok(reach.description);
    assert.equal(reach.arguments.find((argument) => argument.name === "who").required, true);
    assert.ok(prompts.some((prompt) => prompt.name === "who_is_free"));
  });

  await check("a prompt is filled in", async () => {
    const reach = await client.getPrompt({
      name: "reach_somebody",
      arguments: { who: "Dr. Khalid", from: "100" },
    });
    assert.equal(reach.messages[0].role, "user");
    assert.match(reach.messages[0].content.text, /Dr\. Khalid.*extension 100/s);
    const free = await client.getPrompt({ name: "who_is_free" });
    assert.match(free.messages[0].content.text, /everybody/);
  });

  await check("a prompt without its argument, or that is unknown, is a protocol error", async () => {
    const invalid = { code: -32602 };
    await assert.rejects(client.getPrompt({ name: "reach_somebody", arguments: {} }), invalid);
    await assert.rejects(client.getPrompt({ name: "no_such_prompt" }), invalid);
  });

  const complete = async (uri, name, value) => {
    const ref = { type: "ref/resource", uri };
    return (await client.complete({ ref, argument: { name, value } })).completion.values;
  };

  await check("{number} is completed from the people there are", async () => {
    const values = await complete("threecx://extensions/{number}", "number", "10");
    assert.ok(values.includes("100") && values.includes("101"), values.join());
    for (const value of values) assert.match(value, /^10/);
    assert.deepEqual(await complete("threecx://extensions/{number}", "number", "no"), []);
  });

  await check("{view} is completed from the views there are", async () => {
    assert.ok((await complete("3cx://{view}", "view", "")).includes("extensions"));
    assert.ok((await complete("3cx://{view}", "view", "ext")).includes("extensions"));
    assert.deepEqual(await complete("3cx://{view}", "view", "no"), []);
  });
}

/** The control interface of the simulated PBX. */
function simulatedPbx(url) {
  const ask = async (method, what) => {
    const response = await fetch(`${url}/_sim/${what}`, { method });
    assert.ok(response.ok, `${method} /_sim/${what}: HTTP ${response.status}`);
    return response;
  };
  return {
    get: async (what) => (await ask("GET", what)).json(),
    reset: () => ask("POST", "reset"),
  };
}
