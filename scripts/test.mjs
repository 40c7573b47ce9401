// `npm test`: everything that has to hold, in the order in which it is cheapest to find out.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { browser } from "./browser.mjs";
import { build, buildDrill, modules, wasmOf } from "./build.mjs";
import { noSecrets } from "./secrets.mjs";
import { main, prepare, root, run, step } from "./toolchain.mjs";

const wasm = "wasm32-unknown-unknown";
const kilobyte = 1024;
/** Of each module. */
const largestModule = 450 * kilobyte;
let passed = 0;
const failed = [];

main(async () => {
  await prepare({ components: ["clippy", "rustfmt"] });
  await browser();

  await check("Formatting", () => run("cargo", ["fmt", "--all", "--check"]));
  await check("Lints on the host", () =>
    run("cargo", ["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]),
  );
  await check("Lints on wasm32", () =>
    run("cargo", ["clippy", "--quiet", "--target", wasm, "--", "--deny", "warnings"]),
  );
  await check("Lints on the Worker that tests can break", () =>
    run("cargo", ["clippy", "--quiet", "--target", wasm, "--features", "drill", "--", "--deny", "warnings"]),
  );
  await check("No credentials and no real numbers in the repository", noSecrets);
  await check("Only the edge knows Cloudflare: no `worker` crate on the host", hostTree);
  await check("Unit tests, and the tests of the simulated PBX", () =>
    run("cargo", ["test", "--quiet", "--workspace", "--lib", "--bins", "--test", "*", "--exclude", "threecx-mcp-edge"])
      .then(() => run("cargo", ["test", "--quiet", "--package", "threecx-mcp-edge", "--lib"], { env: documents() })),
  );
  await check("The Worker builds", build);
  await check("Size of the Worker", size);
  await check("The Worker that tests can break builds", buildDrill);
  await check("Nobody can break the real one", noDrill);
  await check("wrangler deploy --dry-run", () => run("wrangler", ["deploy", "--dry-run"], { quiet: true }));
  await check("Stories on the running Worker", () =>
    run("cargo", ["test", "--package", "threecx-mcp-edge", "--test", "stories", "--", "--nocapture"], { env: documents() }),
  );
  await check("`npm start` is ready and stops cleanly", start);

  for (const { title, error } of failed) console.error(`\nFAILED: ${title}\n${error.message}`);
  console.log(`\n${passed} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
});

async function check(title, work) {
  try {
    await step(title, work);
    passed += 1;
  } catch (error) {
    failed.push({ title, error });
    console.error(`FAILED: ${title}: ${error.message.split("\n")[0]}`);
  }
}

/** Official documents and published samples, where somebody put them; the tests say so if not. */
function documents() {
  const beside = join(root, "..", "shared", "reference");
  const folders = {
    MCP_SCHEMA_DIR: join(beside, "mcp-schema"),
    PBX_SAMPLES_DIR: join(beside, "samples"),
    THREECX_SPEC_DIR: beside,
  };
  const found = Object.entries(folders).map(([name, folder]) => [name, process.env[name] ?? folder]);
  return Object.fromEntries(found.filter(([, folder]) => existsSync(folder)));
}

async function hostTree() {
  const tree = await run("cargo", ["tree", "--package", "threecx-mcp-edge", "--edges", "normal", "--prefix", "none"], { quiet: true });
  const intruders = tree.split("\n").filter((line) => /^(worker|wasm-bindgen|js-sys|web-sys) v/.test(line));
  if (intruders.length > 0) throw new Error(`on the host: ${intruders.join(", ")}`);
}

async function size() {
  const shown = (count) => `${(count / kilobyte).toFixed(0)} KB`;
  for (const module of modules) {
    const bytes = readFileSync(wasmOf(module));
    const packed = gzipSync(bytes, { level: 9 }).length;
    console.log(`  ${module}: ${shown(bytes.length)}, gzip ${shown(packed)}, limit ${shown(largestModule)}`);
    if (packed > largestModule) throw new Error(`${module} is ${shown(packed)} gzip, over ${shown(largestModule)}`);
  }
}

/** Only the build for tests knows the paths of drills, and only the real one can be deployed. */
async function noDrill() {
  const knows = (module, folder) => readFileSync(wasmOf(module, folder)).includes("/drill/");
  if (modules.some((module) => knows(module, "build"))) {
    throw new Error("build/ holds the Worker that can be broken: delete it and build again");
  }
  if (!["phone", "line"].every((module) => knows(module, "build-drill"))) {
    throw new Error("build-drill/ knows no drills, so this check proves nothing");
  }
  const main = readFileSync(join(root, "wrangler.toml"), "utf8").match(/^main = "(.+)"/m)?.[1];
  if (main !== "build/index.js") throw new Error(`wrangler.toml deploys ${main}`);
}

/** Starts the demonstration as a user would, waits until it says it is ready, and ends it. */
function start() {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "scripts", "start.mjs")], {
      cwd: root,
      env: { ...process.env, PORT: "8890" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let isReady = false;
    const limit = setTimeout(() => child.kill("SIGKILL"), 120_000);
    const listen = async (data) => {
      output += data;
      const url = output.match(/MCP URL\s+(\S+)/)?.[1];
      if (!url || isReady) return;
      isReady = true;
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "make_call", arguments: { destination: "101" } },
        }),
      }).then((response) => response.json()).catch((error) => ({ error: error.message }));
      isReady = answer.result?.structuredContent?.success === true;
      output += JSON.stringify(answer);
      child.kill("SIGTERM");
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("exit", (code) => {
      clearTimeout(limit);
      if (isReady && code === 0) return resolve();
      reject(new Error(`npm start ended with ${code}:\n${output}`));
    });
  });
}
