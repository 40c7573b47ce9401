// node tests/clients/oauth-conformance.mjs <mcp-url> <access-key>
//
// The `authorization` command of the official conformance suite: the metadata of the authorization server,
// and the code grant with PKCE and `iss`. It asks for a person with a browser; person.mjs is one. Exit
// code 1 unless every check is a success: warnings count too.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

import { allow } from "./person.mjs";

const [mcp, key] = process.argv.slice(2);
if (!mcp || !key) {
  console.error("usage: node tests/clients/oauth-conformance.mjs <mcp-url> <access-key>");
  process.exit(2);
}
const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const suite = join(modules, "@modelcontextprotocol", "conformance", "dist", "index.js");
const issuer = new URL(mcp).origin;
const port = await freePort();

const registration = await fetch(`${issuer}/register`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ client_name: "The conformance suite", redirect_uris: [`http://127.0.0.1:${port}/callback`] }),
});
const { client_id: client } = await registration.json();

const results = await mkdtemp(join(tmpdir(), "mcp-conformance-"));
try {
  const options = ["--url", issuer, "--client-id", client, "--resource", mcp, "--port", `${port}`, "-o", results];
  const child = spawn(join(modules, ".bin", "node"), [suite, "authorization", ...options], { cwd: results });
  let output = "";
  let visited;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output += stripVTControlCharacters(`${data}`);
      const [url] = output.match(/http:\S+\/authorize\?\S+(?=\n)/) ?? [];
      // The suite would wait five minutes for somebody who does not come.
      if (url && output.includes("Callback server started")) visited ??= allow(url, key).then(fetch).catch((error) => {
        output += `${error.stack}\n${error.cause?.stack ?? ""}`;
        child.kill();
      });
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const checks = [];
  for (const name of await readdir(results, { recursive: true })) {
    if (name.endsWith("checks.json")) checks.push(...JSON.parse(await readFile(join(results, name), "utf8")));
  }
  for (const { id, status, errorMessage } of checks) console.log(`  ${status}  ${id}  ${errorMessage ?? ""}`);
  const isGood = code === 0 && checks.length >= 3 && checks.every(({ status }) => status === "SUCCESS");
  if (!isGood) console.log(`the suite ended with ${code}:\n${output}`);
  process.exitCode = isGood ? 0 : 1;
} finally {
  await rm(results, { recursive: true, force: true });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
