// Builds the Worker into build/, unless nothing changed since the last time. wrangler calls this too.
// It is three WebAssembly modules, and the entry that requests come in by; see src/edge.rs.
// For the tests there is a second one in build-drill/, which can be broken on purpose.

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { main, prepare, root, run, step, workerBuild } from "./toolchain.mjs";

const inputs = ["src", "Cargo.toml", "Cargo.lock", "package-lock.json", "rust-toolchain.toml", ".cargo", "scripts/build.mjs"];
/** The modules of the Worker, each a feature of the crate. */
export const modules = ["phone", "line", "lobby"];
const entry = join(root, "src", "edge", "entry.mjs");

/** Where the WebAssembly of a module is, once it was built. */
export const wasmOf = (module, folder = "build") => join(root, folder, module, "index_bg.wasm");

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

/** Does `work` unless `folder` was made from these very sources; the stamp in it says so. */
async function unlessMade(folder, work) {
  const stamp = join(root, folder, ".inputs");
  const now = digest();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  await work();
  copyFileSync(entry, join(root, folder, "index.js"));
  writeFileSync(stamp, now);
}

/** Builds the Worker if its sources changed. */
export const build = () => unlessMade("build", makeWorker);

/** Builds the Worker that tests can break; see src/edge/drill.rs. Its lobby is the real one. */
export const buildDrill = () => unlessMade("build-drill", makeDrill);

/** One module by worker-build. */
function make(module, folder, options, features = module) {
  const { program, env } = workerBuild();
  const target = join(root, folder, module);
  mkdirSync(target, { recursive: true });
  const flags = [...options, "--out-dir", target, "--", "--no-default-features", "--features", features];
  return run(program, flags, { env: { ...env, RUSTFLAGS: shortPaths() } });
}

async function makeWorker() {
  const { wasmOpt } = workerBuild();
  // What workerd runs today; an explicit list, so that a newer binaryen cannot use more.
  const features = ["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue", "reference-types", "exception-handling"];
  const shrink = (file) => run(wasmOpt, ["-Oz", "-Oz", ...features.map((name) => `--enable-${name}`), file, "-o", file]);
  // While the compiler is at one, the one before is made small.
  const small = [];
  for (const module of modules) {
    await step(`Building the Worker's ${module} (Rust to WebAssembly; a minute or two the first time)`, () =>
      make(module, "build", ["--release"]),
    );
    small.push(shrink(wasmOf(module)));
    small.at(-1).catch(() => {}); // Told below.
  }
  await step("Making them small", () => Promise.all(small));
}

async function makeDrill() {
  for (const module of ["phone", "line"]) {
    await step(`Building the ${module} that tests can break`, () =>
      make(module, "build-drill", ["--profile", "drill", "--no-opt"], `${module},drill`),
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(async () => {
    await prepare();
    await build();
    if (process.argv.includes("--drill")) await buildDrill();
  });
}
