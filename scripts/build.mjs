// Builds the Worker into build/, unless nothing changed since the last time. wrangler calls this too.
// For the tests there is a second one in build-drill/, which can be broken on purpose.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { main, prepare, root, run, step, workerBuild } from "./toolchain.mjs";

const inputs = ["src", "Cargo.toml", "Cargo.lock", "package-lock.json", "rust-toolchain.toml", ".cargo", "scripts/build.mjs"];
const output = join(root, "build", "index_bg.wasm");
const drillOutput = join(root, "build-drill", "index_bg.wasm");

/** Panics name their file: shorter, and the same on every machine. */
function shortPaths() {
  const home = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  return `--remap-path-prefix=${join(home, "registry", "src")}=~ --remap-path-prefix=${root}=.`;
}

function digest() {
  const hash = createHash("sha256");
  const add = (path) => {
    hash.update(relative(root, path)).update("\0").update(readFileSync(path)).update("\0");
  };
  for (const input of inputs.map((name) => join(root, name))) {
    const files = input.endsWith("src") || input.endsWith(".cargo")
      ? readdirSync(input, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
          .sort()
      : [input];
    files.forEach(add);
  }
  return hash.digest("hex");
}

/** Does `work` unless `file` was made from these very sources; the stamp beside it says so. */
async function unlessMade(file, work) {
  const stamp = join(dirname(file), ".inputs");
  const now = digest();
  if (existsSync(file) && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  await work();
  writeFileSync(stamp, now);
}

/** Builds the Worker if its sources changed. */
export const build = () => unlessMade(output, makeWorker);

/** Builds the Worker that tests can break; see src/edge/drill.rs. */
export const buildDrill = () => unlessMade(drillOutput, makeDrill);

async function makeWorker() {
  const { program, env, wasmOpt } = workerBuild();
  await step("Building the Worker (Rust to WebAssembly; a minute or two the first time)", () =>
    run(program, ["--release"], { env: { ...env, RUSTFLAGS: shortPaths() } }),
  );
  // What workerd runs today; an explicit list, so that a newer binaryen cannot use more.
  const features = ["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue", "reference-types", "exception-handling"];
  await step("Making it small", () =>
    run(wasmOpt, ["-Oz", "-Oz", ...features.map((name) => `--enable-${name}`), output, "-o", output]),
  );
}

async function makeDrill() {
  const { program, env } = workerBuild();
  const options = ["--profile", "drill", "--no-opt", "--out-dir", dirname(drillOutput), "--", "--features", "drill"];
  await step("Building the Worker that tests can break", () =>
    run(program, options, { env: { ...env, RUSTFLAGS: shortPaths() } }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(async () => {
    await prepare();
    await build();
    if (process.argv.includes("--drill")) await buildDrill();
  });
}
