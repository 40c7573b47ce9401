// Load, side by side: contenders take turns in short rounds, so that whatever else the machine does
// strikes all of them. What counts is the ratio within a round, and of those the median.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { root, run } from "../scripts/toolchain.mjs";
import { processorTime } from "./process.mjs";
import { bytes } from "./requests.mjs";

const program = join(root, "target", "bench", "release", "bench-load");

export const median = (numbers) => quantile(numbers, 0.5);

export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Sends one contender's request for a while. */
async function once({ port, request, path, connections }, { pid, folder, milliseconds }) {
  const file = join(folder, "request");
  writeFileSync(file, bytes(request, path));
  const before = processorTime(pid);
  const output = await run(program, [port, connections, milliseconds, file].map(String), { quiet: true });
  const used = processorTime(pid) - before;
  const seen = JSON.parse(output);
  if (seen.failures > 0) throw new Error(`${seen.failures} of ${seen.requests} requests failed`);
  return {
    rate: (seen.requests * 1000) / seen.ms,
    p50: seen.p50_us / 1000,
    p99: seen.p99_us / 1000,
    body: seen.body,
    // Processor time of workerd for one request, in microseconds, and its share of the time.
    cost: (used * 1000) / seen.requests,
    busy: used / seen.ms,
  };
}

/**
 * Runs contenders against each other: `{name: {port, request, path, connections}}`. Answers, for each,
 * medians over the rounds, and a function for the ratio of two of them.
 */
export async function duel(contenders, plan) {
  const names = Object.keys(contenders);
  const rounds = [];
  for (const name of names) await once(contenders[name], { ...plan, milliseconds: plan.warmUp });
  for (let round = 0; round < plan.rounds; round += 1) {
    const results = {};
    // Nobody is always the first.
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) results[name] = await once(contenders[name], plan);
    rounds.push(results);
  }
  const each = (name, field) => rounds.map((round) => round[name][field]);
  const figures = (name) => Object.fromEntries(
    ["rate", "p50", "p99", "body", "cost", "busy"].map((field) => [field, median(each(name, field))]),
  );
  const ratios = (a, b, field) => rounds.map((round) => round[a][field] / round[b][field]);
  return {
    of: Object.fromEntries(names.map((name) => [name, figures(name)])),
    ratio: (a, b) => median(ratios(a, b, "rate")),
    spread: (a, b) => [0, 0.999].map((share) => quantile(ratios(a, b, "rate"), share)),
    costRatio: (a, b) => median(ratios(b, a, "cost")),
  };
}
