// Who is measured: this Worker, and what it is measured against.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { modules } from "../scripts/build.mjs";
import { root, run, workerBuild } from "../scripts/toolchain.mjs";
import { demoVariables, startWorkerd } from "./processes.mjs";
import { http, key, mcp } from "./requests.mjs";

// As in build.mjs.
const features = [
  ...["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue"],
  ...["reference-types", "exception-handling"],
].map((name) => `--enable-${name}`);
/** Beside what is built for everybody. */
export const target = { CARGO_TARGET_DIR: join(root, "target", "bench") };

const files = (home, names) => Object.fromEntries(names.map((name) => [name, join(home, name)]));
const alone = ["index.js", "index_bg.wasm"];
const whole = ["index.js", ...modules.flatMap((module) => alone.map((name) => `${module}/${name}`))];

/** This Worker before a PBX; variables may be added. */
export const ours = (name, pbx, events, { variables = {}, kv } = {}) => ({
  name,
  main: "index.js",
  files: files(join(root, "build"), whole),
  variables: { ...demoVariables(), ...door(), ...variables, PBX_BASE_URL: pbx.url, PBX_EVENTS: events },
  objects: { PBX_SESSION: "PbxSession", AUTH_STORE: "AuthStore", VOICE_CALL: "VoiceCall" },
  kv: kv && { bindings: namespaces(), address: kv.address },
});

/** A Worker that answers so many bytes, from itself and from an object. */
export const constant = (bytes, objectBytes) => ({
  name: "constant",
  main: "index.js",
  files: files(join(root, "bench", "constant", "build"), alone),
  variables: { BYTES: bytes, OBJECT_BYTES: objectBytes },
  objects: { OBJECT: "Constant" },
});

/** The SDK's handler with these tools, as one ES module. */
export async function sdk(folder, tools) {
  const toolsFile = join(folder, "tools.json");
  writeFileSync(toolsFile, JSON.stringify(tools));
  return {
    name: "sdk",
    main: "sdk.js",
    files: { "sdk.js": await bundleSdk(folder), "tools.json": toolsFile },
  };
}

/** The Workers of bench/constant, made small as this one is. */
export async function buildConstant() {
  const { program, env, wasmOpt } = workerBuild();
  const home = join(root, "bench", "constant");
  const built = join(home, "build", "index_bg.wasm");
  const inputs = ["src/lib.rs", "Cargo.toml", "Cargo.lock"].map((name) => join(home, name));
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  if (inputs.every((path) => statSync(path).mtimeMs < builtAt)) return;
  await run(program, ["--release", home], { env: { ...env, ...target }, quiet: true });
  await run(wasmOpt, ["-Oz", ...features, built, "-o", built]);
}

/** All of it in one file. */
async function bundleSdk(folder) {
  const file = join(folder, "sdk.js");
  await run("esbuild", [
    join(root, "bench", "sdk-worker.mjs"),
    ...["--bundle", "--minify", "--format=esm", "--platform=neutral", "--main-fields=module,main"],
    ...["--conditions=workerd,worker", "--external:tools.json", "--log-level=warning", `--outfile=${file}`],
  ]);
  return file;
}

/** How large the answers are that the constants stand for. */
export async function sizesOf(service) {
  const workerd = await startWorkerd([service]);
  const url = `${workerd.url("ours")}/mcp`;
  const sizeOf = async (method, params) =>
    Buffer.byteLength(await http(url, { method: "POST", ...mcp("modern", method, params) }));
  try {
    return {
      list: await sizeOf("tools/list"),
      presence: await sizeOf("tools/call", { name: "get_presence", arguments: { extension: "100" } }),
    };
  } finally {
    await workerd.stop();
  }
}

/** Keys and OAuth are on, and no cap stands in the way of what is measured. */
function door() {
  const sha256 = createHash("sha256").update(key).digest("hex");
  return {
    MCP_API_KEYS: JSON.stringify([{ name: "bench", sha256, scopes: ["read", "control", "message", "record", "admin"] }]),
    OAUTH_SIGNING_KEY: Buffer.alloc(32, 7).toString("base64"),
    CALLS_PER_MINUTE: "1000",
  };
}

/** The KV namespaces that the Worker is deployed with. */
function namespaces() {
  const text = readFileSync(join(root, "wrangler.toml"), "utf8");
  return [...text.matchAll(/\[\[kv_namespaces\]\]\nbinding = "(.+)"/g)].map(([, name]) => name);
}
