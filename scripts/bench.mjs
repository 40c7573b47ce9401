// `npm run bench`: the numbers this Worker promises, measured side by side in one run on one machine.
// One workerd serves this Worker, Workers that answer a constant, and the official TypeScript SDK's
// handler with the same tools; load goes to one after the other, in short rounds. The voice has its own.
//
//   npm run bench               half an hour: a call of fifteen minutes is a part of it
//   npm run bench -- --quick    some four minutes; its ratios are rough
//   npm run bench -- voice      only what has this in its name
//
// It prints, and judges nothing by its exit code, unless something could not be measured. "busy" says
// whether workerd had no time left: where it is far below 100 %, the load was the limit, not the Worker.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildConstant, constant, ours, sdk, sizesOf, target } from "../bench/contenders.mjs";
import { startKv } from "../bench/kv.mjs";
import { steadyCalls, tokens } from "../bench/measures/calls.mjs";
import { history } from "../bench/measures/history.mjs";
import { followed, visible } from "../bench/measures/live.mjs";
import { lists, presence } from "../bench/measures/reads.mjs";
import { coldStart, size } from "../bench/measures/start.mjs";
import { voice } from "../bench/measures/voice.mjs";
import { startPbx, startWorkerd } from "../bench/processes.mjs";
import { attempt, isQuick, report } from "../bench/report.mjs";
import { hangUp, json } from "../bench/requests.mjs";
import { build } from "./build.mjs";
import { main, prepare, run, step } from "./toolchain.mjs";

const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const isWanted = (name) => wanted.length === 0 || wanted.some((word) => name.includes(word));

/** What is running, ended at the end in turn. */
const running = [];

main(async () => {
  await prepare();
  await step("Building the simulated PBX and the providers' stand-ins", () =>
    run("cargo", ["build", "--quiet", "--locked", "--package", "pbx-sim", "--package", "provider-sim"]));
  await build();
  await step("Building the Workers that answer a constant", buildConstant);
  await step("Building the load generator", () =>
    run("cargo", ["build", "--quiet", "--release", "--locked", "--manifest-path", "bench/load/Cargo.toml"], {
      env: target,
    }));

  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const stop = async () => {
    for (const { stop } of running.splice(0).reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
    hangUp();
  };
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => stop().finally(() => process.exit(1)));
  }
  try {
    await measure("voice", voice);
    if (wanted.length === 0 || !wanted.every((word) => "voice".includes(word))) await assistants(folder);
  } finally {
    await stop();
  }
  report();
});

/** What assistants and their people wait for. */
async function assistants(folder) {
  const live = await keep(startPbx());
  const steady = await keep(startPbx());
  const past = await keep(startPbx());
  const kv = await keep(startKv());
  const tools = await step("Cold start", () => coldStart(ours("ours", steady, "off"), constant(2, 2)));
  await measure("size", size);

  // Both constants are as large as the answers that they stand for.
  const sizes = await sizesOf(ours("ours", steady, "off"));
  await Promise.all([steady, past].map(({ url }) => json(`${url}/_sim/reset`, { value: {} })));
  const workerd = await keep(startWorkerd([
    ours("ours", live, "always", { kv }),
    ours("steady", steady, "off", { kv }),
    ours("past", past, "off", { kv }),
    constant(sizes.list, sizes.presence),
    await sdk(folder, tools),
  ]));
  const plan = { pid: workerd.pid, folder, milliseconds: 500, rounds: 21, warmUp: 2000 };
  if (isQuick) Object.assign(plan, { milliseconds: 400, rounds: 7, warmUp: 1000 });

  await measure("tools/list", () => lists(workerd, tools, plan));
  await measure("get_presence", () => presence(workerd, plan));
  await measure("event to visible", () => visible(workerd, live));
  await measure("event to subscriber", () => followed(workerd, live));
  await measure("make_call", () => steadyCalls(workerd, steady));
  await measure("get_call_logs", () => history(workerd, past, kv, tools, plan));
  await measure("token requests", () => tokens({ live, steady }));
}

/** One of the measurements, if it is wanted. */
async function measure(name, work) {
  if (isWanted(name)) await step(name, () => attempt(name, work));
}

/** Something to stop at the end. */
async function keep(starting) {
  const started = await starting;
  running.push(started);
  return started;
}
