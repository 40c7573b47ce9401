// node tests/clients/mcp-remote.mjs <mcp-url> <access-key>
//
// `mcp-remote`, by which assistants that only know programs (stdio) reach a server: started as they start
// it, it signs in by itself (a 401, discovery, registration, the page, a code, a token) and carries a tool
// call. Started again, it asks nobody. person.mjs is the person whose browser it cannot open.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

import { allow } from "./person.mjs";
import { check, finish } from "./story/checks.mjs";

const [mcp, key] = process.argv.slice(2);
if (!mcp || !key) {
  console.error("usage: node tests/clients/mcp-remote.mjs <mcp-url> <access-key>");
  process.exit(2);
}
const program = fileURLToPath(new URL("../../node_modules/mcp-remote/dist/proxy.js", import.meta.url));
const kept = await mkdtemp(join(tmpdir(), "mcp-remote-"));

/** Starts it as an assistant does, makes a tool call, and says how often a person was asked. */
async function session() {
  let asked = 0;
  let said = "";
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, mcp],
    // Nothing in this PATH opens a browser on the machine of whoever runs the tests.
    env: { HOME: kept, MCP_REMOTE_CONFIG_DIR: kept, PATH: dirname(process.execPath) },
    stderr: "pipe",
  });
  transport.stderr.on("data", (data) => {
    said += data;
    const [url] = said.match(/http:\S+\/authorize\?\S+(?=\n)/) ?? [];
    if (!url || asked > 0) return;
    asked += 1;
    allow(url, key).then(fetch).catch((error) => (said += `${error.stack}\n`));
  });
  const client = new Client({ name: "an assistant", version: "1.0.0" });
  try {
    await client.connect(transport, { timeout: 45_000 });
    const { tools } = await client.listTools();
    assert.ok(tools.length > 0);
    const answer = await client.callTool({ name: "get_presence", arguments: { extension: "100" } });
    assert.equal(answer.structuredContent.extension, "100");
  } catch (error) {
    error.stack += `\nmcp-remote said:\n${said}`;
    throw error;
  } finally {
    await client.close();
  }
  return asked;
}

await check("mcp-remote: from 401 to a tool call", async () => {
  assert.equal(await session(), 1);
});
await check("mcp-remote: started again, it asks nobody", async () => {
  assert.equal(await session(), 0);
});

await rm(kept, { recursive: true, force: true, maxRetries: 5 });
finish();
