// node tests/clients/sdk-v1.mjs <mcp-url> <pbx-url>
//
// The client of the official TypeScript SDK v1, which speaks up to 2025-11-25, as most assistants do
// today. It shows that this client connects with `initialize`, plays the whole story, and that its
// own check of every answer, failed calls included, against the listed output schema is content.
// At the end the same client offers the older revisions, for the assistants that know nothing newer.

import assert from "node:assert/strict";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";

import { story } from "./story.mjs";
import { check, finish } from "./story/checks.mjs";
import { CountingValidator, addresses, recorder } from "./story/wire.mjs";

const newest = "2025-11-25";
const { mcp, pbx } = addresses();

/** A client for revision `version`, not yet connected. */
function newClient(version) {
  // This SDK always offers its newest revision: an older one is put into its `initialize`.
  const { wire, fetch } = recorder((message) =>
    message.method === "initialize"
      ? { ...message, params: { ...message.params, protocolVersion: version } }
      : message,
  );
  const validator = new CountingValidator(new AjvJsonSchemaValidator());
  const client = new Client({ name: "sdk-v1", version: "1.0.0" }, { jsonSchemaValidator: validator });
  const errors = [];
  client.onerror = (error) => errors.push(error);
  const transport = new StreamableHTTPClientTransport(mcp, { fetch });
  return { client, transport, wire, validator, errors };
}

/** Asserts that `wire` is a clean conversation in revision `version`. */
function assertSpoke(wire, version) {
  const [opening, ...others] = wire;
  assert.equal(opening.method, "initialize");
  assert.equal(opening.params.protocolVersion, version);
  for (const { verb, method, header, status } of others) {
    const request = `${verb} ${method ?? ""}`;
    assert.equal(header("mcp-protocol-version"), version, request);
    assert.equal(header("mcp-session-id"), null, `${request}: there are no sessions`);
    // The client tries to open a stream for server messages, and must be told that there is none.
    const expected = verb === "GET" ? 405 : method.startsWith("notifications/") ? 202 : 200;
    assert.equal(status, expected, request);
  }
  assert.ok(others.some(({ method }) => method === "notifications/initialized"));
}

const { client, transport, wire, validator, errors } = newClient(newest);
const connected = await check(`connects and negotiates ${newest}`, async () => {
  await client.connect(transport);
  assert.equal(transport.protocolVersion, newest);
});
if (connected) {
  await story({ client, pbx, validator, validatesFailures: true });
  await check(`every request went over the wire as ${newest}`, () => assertSpoke(wire, newest));
  await check("the client had nothing to complain about", () => assert.deepEqual(errors, []));
  await client.close();
}

for (const version of ["2025-06-18", "2025-03-26"]) {
  await check(`a client of ${version} is served in ${version}`, async () => {
    const { client, transport, wire, errors } = newClient(version);
    await client.connect(transport);
    assert.equal(transport.protocolVersion, version);
    const { tools } = await client.listTools();
    assert.ok(tools.some((tool) => tool.name === "get_presence"));
    const result = await client.callTool({ name: "get_presence", arguments: { extension: "100" } });
    assert.equal(JSON.parse(result.content[0].text).extension, "100");
    const failure = await client.callTool({ name: "get_presence", arguments: { extension: "199" } });
    assert.equal(failure.isError, true);
    assertSpoke(wire, version);
    assert.deepEqual(errors, []);
    await client.close();
  });
}

finish();
