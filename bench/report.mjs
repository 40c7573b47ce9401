// What was measured, what it is held against, and the tables in which it is shown.

import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";

import { root } from "../scripts/toolchain.mjs";
import { figure, table } from "./table.mjs";

/** Ratios and medians of a quick run are rough. */
export const isQuick = process.argv.includes("--quick");

const claims = [];
const figures = [];
const missing = [];

/** Measures; what cannot be measured is told, and the rest goes on. */
export async function attempt(what, work) {
  try {
    await work();
  } catch (error) {
    missing.push(`${what}: ${error.message}`);
    claims.push([what, "not measured", "", "", "", "?"]);
  }
}

/** One line of the table; `holds` is left out where nothing is promised. */
export function claim(what, ours, against, value, bar, holds) {
  claims.push([what, ours, against, value, bar, holds === undefined ? "-" : holds ? "yes" : "NO"]);
}

/** Requests of one contender. */
export function note(what, contender, { rate, p50, p99, body, cost, busy }) {
  figures.push([what, contender, figure(rate), figure(p50), figure(p99), figure(cost), percent(busy), body]);
}

const percent = (share) => (Number.isFinite(share) ? `${Math.round(share * 100)} %` : "?");

/** A claim about requests per second. */
export function compare(what, seen, mine, other, title, bar) {
  const ratio = seen.ratio(mine, other);
  const [least, most] = seen.spread(mine, other);
  const cost = seen.costRatio(mine, other);
  const spread = `${least.toFixed(2)}–${most.toFixed(2)}; processor ${cost.toFixed(2)} ×`;
  claim(what, `${figure(seen.of[mine].rate)}/s`, `${title} ${figure(seen.of[other].rate)}/s`,
    `${ratio.toFixed(2)} × (${spread})`, `≥ ${bar} ×`, ratio >= bar);
}

/** Shows all of it. */
export function report() {
  const manifest = readFileSync(join(root, "node_modules", "workerd", "package.json"), "utf8");
  console.log("\nRequests per second, medians of rounds; processor time is workerd's.\n");
  const head = ["what", "who", "req/s", "p50 ms", "p99 ms", "µs/req", "busy", "bytes"];
  console.log(table([head, ...figures]));
  console.log("\nRatios are medians of rounds, with the smallest and the largest.\n");
  console.log(table([["what", "ours", "against", "ratio or value", "bar", "holds"], ...claims]));
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim()})`;
  const versions = `workerd ${JSON.parse(manifest).version}, Node ${process.version}`;
  console.log(`\n${machine}, ${versions}${isQuick ? ", quick" : ""}`);
  for (const what of missing) console.error(`\nNOT MEASURED: ${what}`);
  if (missing.length > 0) process.exitCode = 1;
}
