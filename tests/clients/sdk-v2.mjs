// node tests/clients/sdk-v2.mjs <mcp-url> <pbx-url>
//
// The client of the official TypeScript SDK v2, pinned to 2026-07-28: `server/discover` instead of
// `initialize`, an envelope in every request, no sessions. It shows that this client plays the whole
// story, and that every request really went over the wire in that revision. At the end the same SDK
// connects without a pin: one that probes must find 2026-07-28, one that does not must be served in
// 2025-11-25 on the same URL.

import assert from "node:assert/strict";

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";

import { story } from "./story.mjs";
import { simulatedPbx } from "./story/pbx.mjs";
import { check, finish } from "./story/checks.mjs";
import { CountingValidator, addresses, recorder } from "./story/wire.mjs";

const modern = "2026-07-28";
const legacy = "2025-11-25";
const { mcp, pbx } = addresses();

/** A client that negotiates in this way, not yet connected. */
function newClient(mode) {
  const { wire, fetch } = recorder();
  const validator = new CountingValidator(new AjvJsonSchemaValidator());
  const client = new Client(
    { name: "sdk-v2", version: "1.0.0" },
    { jsonSchemaValidator: validator, versionNegotiation: { mode } },
  );
  const errors = [];
  client.onerror = (error) => errors.push(error);
  const transport = new StreamableHTTPClientTransport(mcp, { fetch });
  return { client, transport, wire, validator, errors };
}

/** Asserts that `wire` is a clean conversation in 2026-07-28. */
function assertSpokeModern(wire) {
  assert.equal(wire[0].method, "server/discover");
  for (const { verb, method, params, header, status } of wire) {
    assert.equal(verb, "POST", "2026-07-28 knows no GET stream and no session to delete");
    assert.notEqual(method, "initialize");
    assert.equal(header("mcp-protocol-version"), modern, method);
    assert.equal(header("mcp-method"), method);
    assert.equal(header("mcp-name"), params.name ?? params.uri ?? null, method);
    assert.equal(params._meta["io.modelcontextprotocol/protocolVersion"], modern, method);
    assert.equal(header("mcp-session-id"), null, `${method}: there are no sessions`);
    assert.equal(status, 200, method);
  }
}

const { client, transport, wire, validator, errors } = newClient({ pin: modern });
const connected = await check(`connects with server/discover and negotiates ${modern}`, async () => {
  await client.connect(transport);
  assert.equal(client.getNegotiatedProtocolVersion(), modern);
  assert.equal(client.getProtocolEra(), "modern");
  assert.ok(client.getDiscoverResult().supportedVersions.includes(modern));
});
if (connected) {
  await story({ client, pbx, validator, validatesFailures: false });
  await check(`every request went over the wire as ${modern}`, () => assertSpokeModern(wire));
  await check("the client had nothing to complain about", () => assert.deepEqual(errors, []));
  await client.close();
}

/** Connects without a pin, uses a tool, and returns what went over the wire. */
async function visit(mode, version) {
  const { client, transport, wire, errors } = newClient(mode);
  await client.connect(transport);
  assert.equal(client.getNegotiatedProtocolVersion(), version);
  await client.listTools();
  const result = await client.callTool({ name: "get_presence", arguments: { extension: "100" } });
  assert.equal(result.structuredContent.extension, "100");
  assert.deepEqual(errors, []);
  await client.close();
  return wire;
}

await check(`a client that probes finds ${modern}`, async () => {
  assertSpokeModern(await visit("auto", modern));
});

await check("a client that listens is told which resource to read anew", async () => {
  const { client, transport, errors } = newClient({ pin: modern });
  await client.connect(transport);
  assert.equal(client.getServerCapabilities().resources.subscribe, true);
  const told = [];
  let tell;
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
    told.push(params.uri);
    tell?.();
  });
  const both = ["3cx://extensions/104", "threecx://active-calls"];
  const asked = [...both, "threecx://call-history"];
  const subscription = await client.listen({ toolsListChanged: true, resourceSubscriptions: asked });
  assert.deepEqual(subscription.honoredFilter, { resourceSubscriptions: both });
  const simulated = simulatedPbx(pbx);
  const heard = new Promise((resolve) => (tell = () => both.every((uri) => told.includes(uri)) && resolve()));
  await simulated.ring("+966500000001", "104");
  await Promise.race([heard, new Promise((_, reject) => setTimeout(reject, 10_000, new Error(`told: ${told}`)))]);
  const { contents } = await client.readResource({ uri: "3cx://extensions/104" });
  assert.equal(JSON.parse(contents[0].text).calls[0].status, "Ringing");
  await subscription.close();
  assert.equal(await subscription.closed, "local");
  assert.deepEqual(errors, []);
  await client.close();
});

await check(`a client that does not probe is served in ${legacy}`, async () => {
  const [opening, ...others] = await visit("legacy", legacy);
  assert.equal(opening.method, "initialize");
  for (const { header } of others) assert.equal(header("mcp-protocol-version"), legacy);
});

finish();
