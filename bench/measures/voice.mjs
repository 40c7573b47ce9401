// Basma: how much of a turn is ours, what a second of a call costs, whether sound is in time, and whether
// memory stays where it is.

import { setTimeout as sleep } from "node:timers/promises";

import { median, quantile } from "../load.mjs";
import { exactProcessorTime, resident } from "../process.mjs";
import { claim, isQuick } from "../report.mjs";
import { figure } from "../table.mjs";
import { startCarrier } from "../voice/carrier.mjs";
import { punctuality, startTimer } from "../voice/punctuality.mjs";
import { Caller, startScene } from "../voice/scene.mjs";
import { chat, hangoverMs, talk } from "../voice/talk.mjs";

/** A turn as soon as the one before is over. */
const brisk = { turns: 20 };
/** Fifteen minutes, well within the limits of a conversation; see src/basma/conversation/quiet.rs. */
const long = { turns: 40, everyMs: 22_500 };
/** Calls at once. */
const many = 10;
/** From then on memory is looked at: code is compiled, and the call is under way. */
const warmUpMs = isQuick ? 20_000 : 60_000;

export async function voice() {
  const floor = await carried();
  const scene = await startScene();
  try {
    const idle = await used(scene, () => sleep(isQuick ? 10_000 : 30_000));
    // The many come first: V8 collects only after some 70 MB of garbage, whatever a Worker does (a call that is
    // only passed on makes 7 MB of it a minute). From then on there is room, and what grows is really kept.
    const crowd = await calls(scene, isQuick ? 9 : 15);
    const first = await aCall(scene, "+966500000001", brisk);
    const last = isQuick ? first : await aCall(scene, "+966500000002", long);
    const costs = { floor, idle, silent: first.silent, brisk: first.talking, long: last.talking, crowd };
    turns(isQuick ? first.rows : [...first.rows, ...last.rows]);
    processor(costs);
    inTime(last);
    steady(last.memory);
  } finally {
    await scene.stop();
  }
}

/** A call from the first ring to its end, with all that can be seen of it. */
async function aCall(scene, from, plan) {
  const caller = await Caller.ring(scene, from);
  // Less than she waits before she asks.
  const silent = await used(scene, () => sleep(8_000));
  const timer = startTimer();
  const memory = watchMemory(scene);
  let rows;
  const talking = await used(scene, async () => (rows = await talk(caller, plan)));
  memory.stop();
  const noise = timer();
  const pieces = await caller.pieces();
  const report = await caller.hangUp();
  return { silent, talking, rows, pieces, noise, memory: memory.seen, report };
}

/** What a second of a call costs where sound is only passed on. */
async function carried() {
  const carrier = await startCarrier();
  const look = () => used(carrier, () => sleep(isQuick ? 8_000 : 30_000));
  try {
    const idle = await used(carrier, () => sleep(2_000));
    const cost = async (calls) => ((await look()).perSecond - idle.perSecond) / calls;
    const from = (index) => `+9665000002${String(index).padStart(2, "0")}`;
    await carrier.ring(from(0));
    const one = await cost(1);
    for (let index = 1; index < many; index += 1) await carrier.ring(from(index));
    return { one, each: await cost(many) };
  } finally {
    await carrier.stop();
  }
}

/** Calls at once, in which all talk. */
async function calls(scene, turns) {
  const from = (index) => `+9665000001${String(index).padStart(2, "0")}`;
  const callers = await Promise.all(Array.from({ length: many }, (_, index) => Caller.ring(scene, from(index))));
  const cost = await used(scene, () => Promise.all(callers.map((caller) => chat(caller, turns))));
  const late = (await Promise.all(callers.map((caller) => caller.pieces()))).map(punctuality);
  await Promise.all(callers.map((caller) => caller.hangUp()));
  return { ...cost, late };
}

/** Processor time of workerd while something happens, in milliseconds for a second. */
async function used(scene, work) {
  const [before, begun] = [exactProcessorTime(scene.pid), performance.now()];
  await work();
  const seconds = (performance.now() - begun) / 1000;
  return { perSecond: (exactProcessorTime(scene.pid) - before) / seconds, seconds };
}

function watchMemory(scene) {
  const begun = performance.now();
  const seen = [];
  const look = () => seen.push([(performance.now() - begun) / 1000, resident(scene.pid)]);
  look();
  const timer = setInterval(look, 1_000);
  return {
    seen,
    stop() {
      clearInterval(timer);
      look();
    },
  };
}

function turns(rows) {
  const shares = rows.map(({ share }) => share);
  const shown = (times) => `median ${figure(median(times))} ms, p90 ${figure(quantile(times, 0.9))} ms`;
  const each = (what) => median(rows.map((row) => row[what]));
  claim("our share of a turn", shown(shares),
    `of ${figure(each("whole"))} ms: providers ${figure(each("providers"))}, the silence that ends speech ${hangoverMs}`,
    `${rows.length} turns, worst ${figure(Math.max(...shares))} ms`, "median ≤ 150 ms", median(shares) <= 150);
  claim("  with the silence that ends speech", shown(shares.map((share) => share + hangoverMs)), "", "", "");
  for (const part of Object.keys(rows[0].parts)) {
    claim(`  ${part}`, shown(rows.map(({ parts }) => parts[part])), "", "", "");
  }
}

function processor({ floor, idle, silent, brisk, long, crowd }) {
  const row = (what, cost, calls, carried) => {
    const value = (cost.perSecond - idle.perSecond) / calls;
    const more = value - carried;
    const shown = `${more < 0 ? "" : "+"}${more.toFixed(1)} ms, ${figure(cost.seconds * calls)} s of calls`;
    claim(what, `${figure(value)} ms`, `only passed on by a few lines ${figure(carried)} ms`, shown, "≤ 3 ms", value <= 3);
  };
  row("processor time for a second of a call", brisk, 1, floor.one);
  row("  nobody speaks", silent, 1, floor.one);
  if (long !== brisk) row("  a turn now and then", long, 1, floor.one);
  row(`  one of ${many} at once`, crowd, many, floor.each);
  const late = crowd.late.reduce((sum, { late }) => sum + late, 0);
  const frames = crowd.late.reduce((sum, { frames }) => sum + frames, 0);
  claim("  late frames of these", percent(late / frames), "", `${late} of ${frames}`, "");
}

function inTime({ pieces, noise, report }) {
  const { frames, late, share, worst, gaps } = punctuality(pieces);
  claim("frames more than 20 ms late", percent(share),
    `a timer of 20 ms beside it: ${noise.late} of ${noise.ticks}, worst ${figure(noise.worst)} ms`,
    `${late} of ${frames}, worst ${figure(worst)} ms`, "≤ 0.1 %", share <= 0.001);
  claim("  at an ear without a buffer", `${gaps.over40} gaps > 40 ms`, "", `${gaps.over20} gaps > 20 ms`, "");
  claim("  as the Worker counts", `${report.late_frames} of ${report.frames}`, "", "", "");
}

/** The lowest of the last third against the lowest of the first: garbage is collected when it suits V8, and what
 * is left then is what is kept. The sound of each turn, leaked, would be twice the bar. */
function steady(seen) {
  const warm = seen.filter(([at]) => at * 1000 >= warmUpMs);
  const third = Math.floor(warm.length / 3);
  const lowest = (rows) => rows.reduce((low, row) => (row[1] < low[1] ? row : low));
  const [first, last] = [lowest(warm.slice(0, third)), lowest(warm.slice(-third))];
  const minutes = (warm.at(-1)[0] - warm[0][0]) / 60;
  const growth = (last[1] - first[1]) / (minutes * (2 / 3));
  claim("memory of workerd during a call", `${growth < 0 ? "" : "+"}${growth.toFixed(2)} MB/min`,
    `${figure(first[1])} MB at ${figure(first[0])} s`, `${figure(last[1])} MB at ${figure(last[0])} s`,
    "≤ 0.2 MB/min", growth <= 0.2);
}

const percent = (share) => `${(share * 100).toFixed(3)} %`;
