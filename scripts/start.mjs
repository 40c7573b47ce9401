// `npm start`: the Worker against the simulated PBX, ready to connect an assistant to.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";

import { build } from "./build.mjs";
import { environment, main, prepare, root, run, step } from "./toolchain.mjs";

main(async () => {
  await prepare();
  await step("Building the simulated PBX", () => run("cargo", ["build", "--quiet", "--package", "pbx-sim"]));
  await build();

  const port = await freePort(Number(process.env.PORT ?? 8787));
  const pbxPort = await freePort(5480);
  const children = [];
  let isStopping = false;
  const stop = (code, reason) => {
    if (isStopping) return;
    isStopping = true;
    if (reason) console.error(reason);
    for (const child of children) child.kill();
    process.exitCode = code;
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stop(0));

  const pbx = spawn(join(root, "target", "debug", "pbx-sim"), ["--port", `${pbxPort}`, "--exit-with-stdin"], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  children.push(pbx);
  pbx.on("exit", (code) => stop(1, `the simulated PBX stopped (${code})`));

  const wrangler = spawn(
    "wrangler",
    [
      ...["dev", "--local", "--ip", "127.0.0.1", "--port", `${port}`],
      ...["--inspector-port", `${await freePort(9230)}`],
      ...["--env-file", "scripts/demo.env"],
      ...["--var", `PBX_BASE_URL:http://127.0.0.1:${pbxPort}`],
    ],
    { cwd: root, env: { ...environment, CI: "1" }, stdio: ["ignore", "pipe", "pipe"] },
  );
  children.push(wrangler);
  let output = "";
  for (const stream of [wrangler.stdout, wrangler.stderr]) stream.on("data", (data) => (output = (output + data).slice(-8000)));
  wrangler.on("exit", (code) => stop(1, `wrangler stopped (${code}):\n${output}`));

  const url = `http://127.0.0.1:${port}`;
  try {
    await step("Starting the Worker", () => healthy(`${url}/health`, 60_000));
  } catch (error) {
    return stop(1, error.message);
  }
  console.log(welcome(url, pbxPort));
});

/** `wanted`, or the next free port. */
async function freePort(wanted) {
  for (let port = wanted; port < wanted + 100; port += 1) {
    const free = await new Promise((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error(`no free port between ${wanted} and ${wanted + 99}`);
}

async function healthy(url, limit) {
  const deadline = Date.now() + limit;
  let last = "no answer";
  while (Date.now() < deadline) {
    try {
      const health = await (await fetch(url)).json();
      if (health.status === "ok") return;
      last = JSON.stringify(health);
    } catch (error) {
      last = error.message;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the Worker did not become ready: ${last}`);
}

function welcome(url, pbxPort) {
  return `
  The telephone system is ready (a simulated clinic; no telephone will ring).

  MCP URL       ${url}/mcp
  Health        ${url}/health

  Claude Code   claude mcp add --transport http pbx ${url}/mcp
  Inspector     npx @modelcontextprotocol/inspector  (transport "Streamable HTTP", the URL above)
  Others        {"mcpServers":{"pbx":{"type":"http","url":"${url}/mcp"}}}

  Then ask      Who is free in the clinic?
                Is extension 101 on a call?
                Call extension 101 from extension 100.
                Hang up.

  What the PBX saw: http://127.0.0.1:${pbxPort}/_sim/calls
  Stop with Ctrl+C. A real PBX: see README, "Driving a real PBX".
`;
}
