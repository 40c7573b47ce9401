// Builds the Worker into build/, unless nothing changed since the last time. wrangler calls this too.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { main, prepare, root, run, step, workerBuild } from "./toolchain.mjs";

const inputs = ["src", "Cargo.toml", "Cargo.lock", "package-lock.json", "rust-toolchain.toml", ".cargo", "scripts/build.mjs"];
const output = join(root, "build", "index_bg.wasm");
const stamp = join(root, "build", ".inputs");

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

/** Builds the Worker if its sources changed. */
export async function build() {
  const now = digest();
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  const { program, env, wasmOpt } = workerBuild();
  await step("Building the Worker (Rust to WebAssembly; a minute or two the first time)", () =>
    run(program, ["--release"], { env: { ...env, RUSTFLAGS: shortPaths() } }),
  );
  // What workerd runs today; an explicit list, so that a newer binaryen cannot use more.
  const features = ["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue", "reference-types", "exception-handling"];
  await step("Making it small", () =>
    run(wasmOpt, ["-Oz", "-Oz", ...features.map((name) => `--enable-${name}`), output, "-o", output]),
  );
  writeFileSync(stamp, now);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(async () => {
    await prepare();
    await build();
  });
}
