// node tests/clients/conformance.mjs <mcp-url> [revision …]
//
// The official conformance suite, once for each era: the sets of scenarios that 2026-07-28 and
// 2025-11-25 required at their release, each on the wire of its revision. It shows that every
// scenario a server can pass without the suite's fixtures passes, and that whatever does not pass is
// written down in conformance-baseline.yml with its reason. Exit code 1 for a failure that is not in
// the baseline, and for a baseline entry that has become stale.
//
// The suite cannot send an API key: the URL must be one that needs none.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const here = fileURLToPath(new URL(".", import.meta.url));
const modules = join(here, "..", "..", "node_modules");
const node = join(modules, ".bin", "node"); // the suite needs Node 22, whatever runs this file
const suite = join(modules, "@modelcontextprotocol", "conformance", "dist", "index.js");
const baseline = join(here, "conformance-baseline.yml");

// The suite runs these without scoring them; we pass them and mean to keep it so.
const alsoRequired = { "2026-07-28": ["http-header-validation"], "2025-11-25": [] };

const [url, ...chosen] = process.argv.slice(2);
if (!url) {
  console.error("usage: node tests/clients/conformance.mjs <mcp-url> [revision …]");
  process.exit(2);
}
const revisions = chosen.length > 0 ? chosen : Object.keys(alsoRequired);
await fetch(url).catch((error) => {
  console.error(`nothing answers at ${url}: ${error.cause?.message ?? error.message}`);
  process.exit(1);
});

/** What the suite says, and what it wrote down about each check. */
async function run(revision) {
  const results = await mkdtemp(join(tmpdir(), "mcp-conformance-"));
  try {
    const options = ["--requirements", revision, "--expected-failures", baseline, "-o", results];
    const child = spawn(node, [suite, "server", "--url", url, ...options], { cwd: results });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    const code = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    const scenarios = new Map();
    for (const folder of await readdir(results)) {
      // server-<scenario>-<time>
      const name = folder.replace(/^server-/, "").replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, "");
      const checks = await readFile(join(results, folder, "checks.json"), "utf8").catch(() => "[]");
      scenarios.set(name, JSON.parse(checks));
    }
    return { code, output: stripVTControlCharacters(output), scenarios };
  } finally {
    await rm(results, { recursive: true, force: true });
  }
}

/** The scenarios of a revision that count. */
async function required(revision) {
  const file = join(modules, "@modelcontextprotocol", "conformance", "requirements", `${revision}.yaml`);
  const server = (await readFile(file, "utf8")).match(/^server:\n((?: {2}- .*\n)+)/m)[1];
  return entriesOf(server);
}

/** The entries of a plain YAML list. */
function entriesOf(text) {
  return [...text.matchAll(/^ {2}- ([^\s#]+)/gm)].map((match) => match[1]);
}

/** Warnings count too: the suite compares them with the baseline like failures. */
function isBad({ status }) {
  return status === "FAILURE" || status === "WARNING";
}

const excusable = entriesOf(await readFile(baseline, "utf8"));
const excused = new Set();
let isGood = true;
const complain = (problem) => {
  console.log(`  NOT OK  ${problem}`);
  isGood = false;
};

for (const revision of revisions) {
  const { code, output, scenarios } = await run(revision);
  const wanted = [...(await required(revision)), ...(alsoRequired[revision] ?? [])];
  const count = { clean: 0, baselined: 0, failed: 0, checks: 0, excused: 0, skipped: 0 };
  console.log(`\n${revision}: ${wanted.length} scenarios`);
  for (const name of wanted) {
    const checks = scenarios.get(name);
    if (!checks?.length) {
      complain(`${name} did not run`);
      count.failed += 1;
      continue;
    }
    const bad = checks.filter(isBad).map((check) => ({ ...check, entry: `${name}:${check.id}` }));
    const known = bad.filter(({ entry }) => excusable.includes(entry));
    const unknown = bad.filter(({ entry }) => !excusable.includes(entry));
    for (const { entry } of known) excused.add(entry);
    for (const { entry, errorMessage } of unknown) complain(`${entry}: ${errorMessage ?? "warning"}`);
    count.checks += checks.filter(({ status }) => status === "SUCCESS").length;
    count.skipped += checks.filter(({ status }) => status === "SKIPPED").length;
    count.excused += known.length;
    if (unknown.length > 0) count.failed += 1;
    else if (known.length > 0) count.baselined += 1;
    else count.clean += 1;
  }
  console.log(`  scenarios: ${count.clean} passed, ${count.baselined} baselined, ${count.failed} failed`);
  console.log(`  checks: ${count.checks} passed, ${count.excused} excused, ${count.skipped} not applicable`);
  // The suite judges for itself too; it also finds entries that pass by now.
  if (code !== 0) complain(`the suite ended with ${code}:\n${output.split("=== SUMMARY ===").pop()}`);
}

// The suite lets an entry stand whose check never ran; an excuse for nothing must go.
if (Object.keys(alsoRequired).every((revision) => revisions.includes(revision))) {
  for (const entry of excusable.filter((entry) => !excused.has(entry))) {
    complain(`${entry} is in the baseline, but excuses nothing`);
  }
}

console.log(isGood ? "\nno regression, no stale entry" : "\nsee NOT OK above");
process.exitCode = isGood ? 0 : 1;
