// node tests/clients/oauth.mjs <mcp-url> <access-key>
//
// The OAuth clients of the official TypeScript SDKs, v1 and v2: from a 401 by way of discovery,
// registration, the page (driven here as a browser without scripts would), code and token to a tool call;
// then a token that has ended, and with v2 a scope that has to be asked for afterwards. The SDKs check
// issuer, metadata and resource by themselves.

import assert from "node:assert/strict";

import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { allow } from "./person.mjs";
import { check, finish } from "./story/checks.mjs";

const [mcp, key] = process.argv.slice(2);
if (!mcp || !key) {
  console.error("usage: node tests/clients/oauth.mjs <mcp-url> <access-key>");
  process.exit(2);
}
const callback = "http://127.0.0.1:49152/callback";

/** What an application keeps for the SDK, in memory. */
class Keeper {
  asked = [];
  state = () => "state-of-the-client";
  get redirectUrl() {
    return callback;
  }
  get clientMetadata() {
    return { client_name: "An SDK", redirect_uris: [callback], application_type: "native" };
  }
  clientInformation = () => this.client;
  saveClientInformation = (client) => void (this.client = client);
  tokens = () => this.kept;
  saveTokens = (tokens) => void (this.kept = tokens);
  codeVerifier = () => this.verifier;
  saveCodeVerifier = (verifier) => void (this.verifier = verifier);
  redirectToAuthorization = (url) => void this.asked.push(url);
}

/** What comes back to the client after a person said yes. */
async function visit(url, tick) {
  const location = await allow(url, key, tick);
  assert.equal(location.origin + location.pathname, callback);
  assert.equal(location.searchParams.get("state"), "state-of-the-client");
  assert.equal(location.searchParams.get("iss"), new URL(url).origin);
  return location.searchParams;
}

/** Connects an SDK; where it asks a person first, the person ticks what `tick` says. */
async function connect(sdk, keeper, tick) {
  const name = { name: "oauth", version: "1.0.0" };
  let transport = new sdk.Transport(new URL(mcp), { authProvider: keeper });
  let client = new sdk.Client(name);
  try {
    await client.connect(transport);
  } catch (error) {
    if (error.constructor.name !== "UnauthorizedError") throw error;
    await sdk.finish(transport, await visit(keeper.asked.at(-1), tick));
    transport = new sdk.Transport(new URL(mcp), { authProvider: keeper });
    client = new sdk.Client(name);
    await client.connect(transport);
  }
  return { client, transport };
}

const sdks = [
  {
    name: "SDK v1",
    Client: ClientV1,
    Transport: TransportV1,
    finish: (transport, parameters) => transport.finishAuth(parameters.get("code")),
  },
  {
    name: "SDK v2",
    Client: ClientV2,
    Transport: TransportV2,
    finish: (transport, parameters) => transport.finishAuth(parameters),
  },
];

for (const sdk of sdks) {
  const keeper = new Keeper();
  await check(`${sdk.name}: from 401 to a tool call`, async () => {
    const { client } = await connect(sdk, keeper, () => true);
    assert.equal(keeper.asked.length, 1);
    const asked = keeper.asked[0].searchParams;
    assert.equal(asked.get("scope"), "read control message record", "what the challenge says");
    assert.equal(asked.get("resource"), mcp);
    const { tools } = await client.listTools();
    assert.ok(tools.length > 0);
    const answer = await client.callTool({ name: "get_presence", arguments: { extension: "100" } });
    assert.equal(answer.structuredContent.extension, "100");
    await client.close();
  });

  await check(`${sdk.name}: an access token that has ended is replaced without asking anybody`, async () => {
    const before = keeper.kept;
    keeper.saveTokens({ ...before, access_token: `${before.access_token.slice(0, -4)}AAAA` });
    const { client } = await connect(sdk, keeper, () => assert.fail("nobody is to be asked"));
    await client.callTool({ name: "get_presence", arguments: { extension: "100" } });
    assert.notEqual(keeper.kept.refresh_token, before.refresh_token);
    assert.equal(keeper.asked.length, 1);
    await client.close();
  });
}

await check("SDK v2: what was not granted is asked for when it is needed", async () => {
  const sdk = sdks[1];
  const keeper = new Keeper();
  const { client, transport } = await connect(sdk, keeper, (scope) => scope === "read");
  assert.equal(keeper.kept.scope, "read");
  const make = () => client.callTool({ name: "make_call", arguments: { extension: "100", destination: "101" } });
  await assert.rejects(make, (error) => error.constructor.name === "UnauthorizedError");
  const asked = keeper.asked.at(-1).searchParams.get("scope").split(" ");
  assert.ok(asked.includes("control") && asked.includes("read"), asked);
  await sdk.finish(transport, await visit(keeper.asked.at(-1), () => true));
  const made = await make();
  assert.equal(made.structuredContent.success, true, JSON.stringify(made));
  await client.close();
});

finish();
