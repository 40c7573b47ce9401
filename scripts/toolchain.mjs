// What this project needs and a machine may lack: npm packages, the Rust toolchain and its
// WebAssembly target, worker-build and the wasm-bindgen CLI. Each is installed once; the built
// tools go into the user's cache folder, keyed by version, so that a second clone finds them.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir, platform } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");
const exe = platform() === "win32" ? ".exe" : "";

/** PATH with this project's own programs first: wrangler needs Node 22, which npm installed there. */
export const environment = {
  ...process.env,
  PATH: [bin, process.env.PATH].join(delimiter),
  WRANGLER_SEND_METRICS: "false",
};

/** Versions that must match the lock files; see Cargo.toml on wasm-bindgen. */
const tools = {
  "worker-build": { crate: "worker-build", version: "0.8.7", about: "bundles Rust for Workers" },
  "wasm-bindgen": { crate: "wasm-bindgen-cli", version: "0.2.129", about: "writes the JavaScript side" },
};

const started = Date.now();

/** Runs one step of the set-up and says how long it took. */
export async function step(title, work) {
  const begun = Date.now();
  console.log(`[${clock(begun - started)}] ${title} …`);
  const result = await work();
  const seconds = (Date.now() - begun) / 1000;
  if (seconds >= 1) console.log(`[${clock(Date.now() - started)}]   done in ${seconds.toFixed(1)} s`);
  return result;
}

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Runs a program to its end with its output shown; rejects if it fails. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...environment, ...options.env },
      stdio: ["ignore", options.quiet ? "pipe" : "inherit", options.quiet ? "pipe" : "inherit"],
    });
    let output = "";
    child.stdout?.on("data", (data) => (output += data));
    child.stderr?.on("data", (data) => (output += data));
    child.on("error", (error) => reject(new Error(`${program} cannot be started: ${error.message}`)));
    child.on("exit", (code, signal) => {
      if (code === 0) return resolve(output);
      const shown = output ? `\n${output}` : "";
      reject(new Error(`${program} ${args.join(" ")} failed (${signal ?? code})${shown}`));
    });
  });
}

/** Whether a program is there, and content. */
export function succeeds(program, args) {
  return spawnSync(program, args, { cwd: root, env: environment, stdio: "ignore" }).status === 0;
}

/** npm packages exactly as locked, unless they are there already. */
export async function npmPackages() {
  const lock = join(root, "package-lock.json");
  const installed = join(root, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  await step("Installing npm packages (wrangler, workerd, Node 22; about 600 MB)", () =>
    run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]),
  );
}

/** The Rust toolchain that rust-toolchain.toml pins, with the WebAssembly target. */
export async function rustToolchain(components = []) {
  if (!succeeds("rustup", ["--version"])) {
    throw new Error("rustup is missing: install it from https://rustup.rs and open a new terminal");
  }
  const channel = readFileSync(join(root, "rust-toolchain.toml"), "utf8").match(/channel = "(.+)"/)[1];
  if (!succeeds("rustup", ["run", channel, "rustc", "--version"])) {
    await step(`Installing Rust ${channel}`, () =>
      run("rustup", ["toolchain", "install", channel, "--profile", "minimal", "--no-self-update"]),
    );
  }
  const target = "wasm32-unknown-unknown";
  const targets = await run("rustup", ["target", "list", "--installed", "--toolchain", channel], { quiet: true });
  if (!targets.includes(target)) {
    await step(`Adding the target ${target}`, () => run("rustup", ["target", "add", target, "--toolchain", channel]));
  }
  if (components.length === 0) return;
  const present = await run("rustup", ["component", "list", "--installed", "--toolchain", channel], { quiet: true });
  for (const component of components.filter((name) => !present.includes(name))) {
    await step(`Adding ${component}`, () => run("rustup", ["component", "add", component, "--toolchain", channel]));
  }
}

function cacheFolder() {
  const base =
    process.env.XDG_CACHE_HOME ??
    (platform() === "darwin"
      ? join(homedir(), "Library", "Caches")
      : platform() === "win32"
        ? (process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"))
        : join(homedir(), ".cache"));
  return join(base, "threecx-mcp-edge");
}

/** Where a built tool is, or will be. */
function toolPath(name) {
  const { version } = tools[name];
  return join(cacheFolder(), `${name}-${version}`, "bin", name + exe);
}

/** Builds the tools that are missing. Both share one target folder, because they share crates. */
export async function builtTools() {
  const target = join(cacheFolder(), "target");
  for (const [name, { crate, version, about }] of Object.entries(tools)) {
    if (existsSync(toolPath(name))) continue;
    mkdirSync(cacheFolder(), { recursive: true });
    await step(`Building ${crate} ${version}, which ${about} (once per machine, one to three minutes)`, () =>
      run("cargo", ["install", "--locked", crate, "--version", version, "--root", dirname(dirname(toolPath(name)))], {
        // These run for seconds: building them fast matters more than running them fast.
        env: { CARGO_TARGET_DIR: target, CARGO_PROFILE_RELEASE_OPT_LEVEL: "1", CARGO_PROFILE_RELEASE_LTO: "off", CARGO_PROFILE_RELEASE_DEBUG: "0", CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16" },
      }),
    );
  }
  rmSync(target, { recursive: true, force: true });
}

/** What worker-build is told so that it downloads nothing. */
export function workerBuild() {
  const script = (name) => join(bin, platform() === "win32" ? `${name}.cmd` : name);
  return {
    wasmOpt: script("wasm-opt"),
    program: toolPath("worker-build"),
    env: {
      WASM_BINDGEN_BIN: toolPath("wasm-bindgen"),
      ESBUILD_BIN: script("esbuild"),
    },
  };
}

/** Everything that building and running the Worker needs. */
export async function prepare({ components = [] } = {}) {
  await npmPackages();
  await rustToolchain(components);
  await builtTools();
}

/** Runs a script's main function; an error becomes one readable line and exit code 1. */
export function main(work) {
  work().catch((error) => {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  });
}
