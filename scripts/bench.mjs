// `npm run bench`: the numbers this Worker promises, measured side by side in one run on one machine.
// One workerd serves this Worker, Workers that answer a constant, and the official TypeScript SDK's
// handler with the same tools; load goes to one after the other, in short rounds.
//
//   npm run bench               a few minutes
//   npm run bench -- --quick    about one; its ratios are rough
//
// It prints, and judges nothing by its exit code, unless something could not be measured. "busy" says
// whether workerd had no time left: where it is far below 100 %, the load was the limit, not the Worker.

import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { followEvents, listenTo } from "../bench/follower.mjs";
import { startKv } from "../bench/kv.mjs";
import { duel, median, quantile } from "../bench/load.mjs";
import { demoVariables, startPbx, startWorkerd } from "../bench/processes.mjs";
import { ask, call, hangUp, http, json, key, mcp } from "../bench/requests.mjs";
import { figure, table } from "../bench/table.mjs";
import { build, modules, wasmOf } from "./build.mjs";
import { main, prepare, root, run, step, workerBuild } from "./toolchain.mjs";

const isQuick = process.argv.includes("--quick");
const kilobyte = 1024;
// As in build.mjs.
const features = [
  ...["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue"],
  ...["reference-types", "exception-handling"],
].map((name) => `--enable-${name}`);
const target = { CARGO_TARGET_DIR: join(root, "target", "bench") };

/** What is running, ended at the end in turn. */
const running = [];
/** What was measured, and what it is held against. */
const claims = [];
const figures = [];
const missing = [];

main(async () => {
  await prepare();
  await step("Building the simulated PBX", () =>
    run("cargo", ["build", "--quiet", "--locked", "--package", "pbx-sim"]));
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
    await measure(folder);
  } finally {
    await stop();
  }
  report();
});

/** The Workers of bench/constant, made small as this one is. */
async function buildConstant() {
  const { program, env, wasmOpt } = workerBuild();
  const home = join(root, "bench", "constant");
  const built = join(home, "build", "index_bg.wasm");
  const inputs = ["src/lib.rs", "Cargo.toml", "Cargo.lock"].map((name) => join(home, name));
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  if (inputs.every((path) => statSync(path).mtimeMs < builtAt)) return;
  await run(program, ["--release", home], { env: { ...env, ...target }, quiet: true });
  await run(wasmOpt, ["-Oz", ...features, built, "-o", built]);
}

/** The SDK's handler as one ES module. */
async function bundleSdk(folder) {
  const file = join(folder, "sdk.js");
  await run("esbuild", [
    join(root, "bench", "sdk-worker.mjs"),
    ...["--bundle", "--minify", "--format=esm", "--platform=neutral", "--main-fields=module,main"],
    ...["--conditions=workerd,worker", "--external:tools.json", "--log-level=warning", `--outfile=${file}`],
  ]);
  return file;
}

async function measure(folder) {
  const live = await keep(startPbx());
  const steady = await keep(startPbx());
  const past = await keep(startPbx());
  const kv = await keep(startKv());
  const files = (home, names) => Object.fromEntries(names.map((name) => [name, join(home, name)]));
  const alone = ["index.js", "index_bg.wasm"];
  const whole = ["index.js", ...modules.flatMap((module) => alone.map((name) => `${module}/${name}`))];
  const ours = (name, pbx, events) => ({
    name,
    main: "index.js",
    files: files(join(root, "build"), whole),
    variables: { ...demoVariables(), ...door(), PBX_BASE_URL: pbx.url, PBX_EVENTS: events },
    objects: { PBX_SESSION: "PbxSession", AUTH_STORE: "AuthStore" },
    kv: { bindings: namespaces(), address: kv.address },
  });
  const constant = (bytes, objectBytes) => ({
    name: "constant",
    main: "index.js",
    files: files(join(root, "bench", "constant", "build"), alone),
    variables: { BYTES: bytes, OBJECT_BYTES: objectBytes },
    objects: { OBJECT: "Constant" },
  });

  const tools = await step("Cold start", () => coldStart(ours("ours", steady, "off"), constant(2, 2)));
  await attempt("size", size);

  // Both constants are as large as the answers that they stand for.
  const sizes = await sizesOf(ours("ours", steady, "off"));
  const toolsFile = join(folder, "tools.json");
  writeFileSync(toolsFile, JSON.stringify(tools));
  const sdk = {
    name: "sdk",
    main: "sdk.js",
    files: { "sdk.js": await bundleSdk(folder), "tools.json": toolsFile },
  };
  await Promise.all([steady, past].map(({ url }) => json(`${url}/_sim/reset`, { value: {} })));
  const workerd = await keep(startWorkerd([
    ours("ours", live, "always"),
    ours("steady", steady, "off"),
    ours("past", past, "off"),
    constant(sizes.list, sizes.presence),
    sdk,
  ]));
  const plan = { pid: workerd.pid, folder, milliseconds: 500, rounds: 21, warmUp: 2000 };
  if (isQuick) Object.assign(plan, { milliseconds: 400, rounds: 7, warmUp: 1000 });

  await step("tools/list", () => attempt("tools/list", () => lists(workerd, tools, plan)));
  await step("get_presence", () => attempt("get_presence", () => presence(workerd, plan)));
  await step("From event to visible", () => attempt("event to visible", () => visible(workerd, live)));
  await step("From event to subscriber", () => attempt("event to subscriber", () => followed(workerd, live)));
  await step("make_call", () => attempt("make_call", () => steadyCalls(workerd, steady)));
  await step("get_call_logs", () => attempt("get_call_logs", () => history(workerd, past, kv, tools, plan)));
  await attempt("token requests", () => tokens({ live, steady }));
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

/** Something to stop at the end. */
async function keep(starting) {
  const started = await starting;
  running.push(started);
  return started;
}

/** The KV namespaces that the Worker is deployed with. */
function namespaces() {
  const text = readFileSync(join(root, "wrangler.toml"), "utf8");
  return [...text.matchAll(/\[\[kv_namespaces\]\]\nbinding = "(.+)"/g)].map(([, name]) => name);
}

async function attempt(what, work) {
  try {
    await work();
  } catch (error) {
    missing.push(`${what}: ${error.message}`);
    claims.push([what, "not measured", "", "", "", "?"]);
  }
}

/** One line of the table; `holds` is left out where nothing is promised. */
function claim(what, ours, against, value, bar, holds) {
  claims.push([what, ours, against, value, bar, holds === undefined ? "-" : holds ? "yes" : "NO"]);
}

function note(what, contender, { rate, p50, p99, body, cost, busy }) {
  figures.push([what, contender, figure(rate), figure(p50), figure(p99), figure(cost), percent(busy), body]);
}

const percent = (share) => (Number.isFinite(share) ? `${Math.round(share * 100)} %` : "?");

async function coldStart(ours, constant) {
  const times = { ours: [], constant: [] };
  let tools;
  for (let round = 0; round < (isQuick ? 3 : 5); round += 1) {
    for (const service of [ours, constant]) {
      const workerd = await startWorkerd([service]);
      try {
        await http(`${workerd.url(service.name)}/health`);
        times[service.name].push(performance.now() - workerd.begun);
        if (service === ours) tools ??= (await ask(workerd.url("ours"), "modern", "tools/list")).tools;
      } finally {
        await workerd.stop();
      }
    }
  }
  const [mine, other] = [median(times.ours), median(times.constant)];
  claim("cold start: exec to /health", `${figure(mine)} ms`, `Rust constant ${figure(other)} ms`,
    `+${figure(mine - other)} ms`, "");
  return tools;
}

async function sizesOf(ours) {
  const workerd = await startWorkerd([ours]);
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

async function lists(workerd, tools, plan) {
  const names = (list) => list.map(({ name }) => name).sort().join();
  for (const era of ["modern", "legacy"]) {
    const result = await ask(workerd.url("sdk"), era, "tools/list");
    if (names(result.tools) !== names(tools)) throw new Error("the SDK's handler has other tools");
    const contender = (name) => ({
      port: workerd.ports[name],
      request: mcp(era, "tools/list"),
      path: "/mcp",
      connections: 8,
    });
    const seen = await duel(
      { ours: contender("ours"), constant: contender("constant"), sdk: contender("sdk") }, plan);
    const what = `tools/list, ${era} (${tools.length} tools)`;
    for (const [name, of] of Object.entries(seen.of)) note(what, name, of);
    compare(what, seen, "ours", "constant", "Rust constant", 0.8);
    compare(what, seen, "ours", "sdk", "TypeScript SDK", 6);
  }
}

/** A claim about requests per second. */
function compare(what, seen, mine, other, title, bar) {
  const ratio = seen.ratio(mine, other);
  const [least, most] = seen.spread(mine, other);
  const cost = seen.costRatio(mine, other);
  const spread = `${least.toFixed(2)}–${most.toFixed(2)}; processor ${cost.toFixed(2)} ×`;
  claim(what, `${figure(seen.of[mine].rate)}/s`, `${title} ${figure(seen.of[other].rate)}/s`,
    `${ratio.toFixed(2)} × (${spread})`, `≥ ${bar} ×`, ratio >= bar);
}

/** Waits until the table of live calls is one. */
async function untilLive(url) {
  const deadline = Date.now() + 20_000;
  while (!(await call(url, "get_presence", { extension: "100" })).live) {
    if (Date.now() > deadline) throw new Error("the live link does not come up");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function presence(workerd, plan) {
  await untilLive(workerd.url("ours"));
  const request = mcp("modern", "tools/call", { name: "get_presence", arguments: { extension: "100" } });
  const seen = await duel({
    ours: { port: workerd.ports.ours, request, path: "/mcp", connections: 8 },
    object: { port: workerd.ports.constant, request, path: "/object", connections: 8 },
  }, plan);
  await untilLive(workerd.url("ours"));
  for (const [name, of] of Object.entries(seen.of)) note("get_presence, live", name, of);
  compare("get_presence, live", seen, "ours", "object", "constant object", 0.6);
}

async function visible(workerd, pbx) {
  const url = workerd.url("ours");
  await untilLive(url);
  // A phone rings at once: how long a real one takes is not ours.
  await json(`${pbx.url}/_sim/settings`, { method: "PUT", value: { ring_ms: 0 } });
  const appeared = [];
  const gone = [];
  const polls = [];
  const until = async (from, isThere, happening) => {
    // What it takes to make it happen counts, too: the sockets are told somewhere on the way.
    const begun = performance.now();
    await happening;
    for (;;) {
      const asked = performance.now();
      const { activeCalls, live } = await call(url, "get_active_calls", {});
      const now = performance.now();
      polls.push(now - asked);
      if (!live) throw new Error("the live link went down");
      if (JSON.stringify(activeCalls).includes(from) === isThere) return now - begun;
      if (now - begun > 10_000) throw new Error("an event did not become visible in 10 seconds");
    }
  };
  for (let round = 0; round < (isQuick ? 50 : 200); round += 1) {
    const from = `+9665000${String(round).padStart(5, "0")}`;
    const inbound = { from, name: "Bench", to: "100", answering: { does: "never" } };
    appeared.push(await until(from, true, json(`${pbx.url}/_sim/inbound`, { value: inbound })));
    const end = { who: from, does: "hang_up" };
    gone.push(await until(from, false, json(`${pbx.url}/_sim/party`, { value: end })));
  }
  const shown = (times) => `median ${figure(median(times))} ms, p99 ${figure(quantile(times, 0.99))} ms`;
  const polled = `polled every ${figure(median(polls))} ms`;
  const bar = "median ≤ 20 ms";
  for (const [what, times] of [["a call comes", appeared], ["it ends", gone]]) {
    const count = `${times.length} calls`;
    claim(`event → visible: ${what}`, shown(times), polled, count, bar, median(times) <= 20);
  }
}

/** From the PBX to those who follow: calls come and end while one stream, or many, are open. */
async function followed(workerd, pbx) {
  const url = workerd.url("ours");
  await untilLive(url);
  await json(`${pbx.url}/_sim/settings`, { method: "PUT", value: { ring_ms: 0 } });
  const rounds = isQuick ? 50 : 200;
  const crowd = 100;
  const others = [];
  try {
    for (const [what, start, tells] of [
      ["an event of GET /events", () => followEvents(url), (event) => event.includes("event: call.")],
      ["a notification of subscriptions/listen", () => listenTo(url, ["threecx://active-calls"]),
        (event) => event.includes("resources/updated")],
      [`GET /events beside ${crowd} others`, async () => {
        for (let other = 0; other < crowd; other += 1) others.push(await followEvents(url));
        return followEvents(url);
      }, (event) => event.includes("event: call.")],
    ]) {
      const follower = await start();
      const times = [];
      const until = async (happen) => {
        const heard = follower.heard(tells);
        const begun = performance.now();
        // What it takes to make it happen counts, too: the sockets are told somewhere on the way.
        const [at] = await Promise.all([heard, happen()]);
        times.push(at - begun);
        // What else belongs to it has come, too.
        await new Promise((resolve) => setTimeout(resolve, 20));
      };
      try {
        for (let round = 0; round < rounds; round += 1) {
          const from = `+9665100${String(round).padStart(5, "0")}`;
          const inbound = { from, name: "Bench", to: "100", answering: { does: "never" } };
          await until(() => json(`${pbx.url}/_sim/inbound`, { value: inbound }));
          await until(() => json(`${pbx.url}/_sim/party`, { value: { who: from, does: "hang_up" } }));
        }
      } finally {
        follower.hangUp();
      }
      claim(`event → subscriber: ${what}`, `median ${figure(median(times))} ms, p99 ${figure(quantile(times, 0.99))} ms`,
        "", `${times.length} events`, "");
    }
  } finally {
    for (const other of others) other.hangUp();
  }
}

async function steadyCalls(workerd, pbx) {
  const url = workerd.url("steady");
  const place = async () => {
    await call(url, "make_call", { extension: "100", destination: "101" });
    for (const who of ["100", "101"]) {
      await json(`${pbx.url}/_sim/party`, { value: { who, does: "hang_up" } });
    }
  };
  await place();
  await json(`${pbx.url}/_sim/requests`, { method: "DELETE" });
  const calls = 10;
  for (let round = 0; round < calls; round += 1) await place();
  const requests = await json(`${pbx.url}/_sim/requests`);
  const each = requests.length / calls;
  const kinds = [...new Set(requests.map(({ method, path }) => `${method} ${path.split("/").pop()}`))];
  claim("PBX requests for make_call, steady", each, "", kinds.join(", "), "1", each === 1);
}

async function history(workerd, pbx, kv, tools, plan) {
  const what = "get_call_logs, 30 days of 1,000 calls";
  if (!tools.some(({ name }) => name === "get_call_logs")) {
    claims.push([what, "not built yet", "", "", "warm: 0 PBX requests", "-"]);
    return;
  }
  const url = workerd.url("past");
  await json(`${pbx.url}/_sim/seed_history`, { value: { days: 32, calls_per_day: 1000, seed: 7 } });
  // Days that are over, in whatever zone.
  const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const args = { start_date: day(31), end_date: day(2), limit: 20 };
  const begun = performance.now();
  await call(url, "get_call_logs", args);
  const cold = performance.now() - begun;
  const before = (await json(`${pbx.url}/_sim/requests`)).length;
  await json(`${pbx.url}/_sim/requests`, { method: "DELETE" });
  const request = mcp("modern", "tools/call", { name: "get_call_logs", arguments: args });
  const contender = { port: workerd.ports.past, request, path: "/mcp", connections: 4 };
  const seen = await duel({ ours: contender }, { ...plan, rounds: Math.ceil(plan.rounds / 3) });
  const requests = await json(`${pbx.url}/_sim/requests`);
  note(what, "ours, warm", seen.of.ours);
  claim(what, `${figure(seen.of.ours.rate)}/s warm`, `cold ${figure(cold)} ms, ${before} PBX requests`,
    `${figure(seen.of.ours.p50)} ms, ${kv.keys()} days kept`, "");
  claim("PBX requests for cached history", requests.length, "", "", "0", requests.length === 0);
}

async function tokens(pbxs) {
  for (const [name, pbx] of Object.entries(pbxs)) {
    const { token_requests: count } = await json(`${pbx.url}/_sim/counters`);
    claim(`token requests, whole run (${name})`, count, "", "", "1", count === 1);
  }
}

function size() {
  const limit = 450 * kilobyte;
  const shown = (count) => `${(count / kilobyte).toFixed(0)} KB`;
  for (const module of modules) {
    const bytes = readFileSync(wasmOf(module));
    const packed = gzipSync(bytes, { level: 9 }).length;
    const raw = `raw ${shown(bytes.length)}`;
    claim(`WebAssembly of the ${module}, gzip`, shown(packed), "", raw, `≤ ${shown(limit)}`, packed <= limit);
  }
}

function report() {
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
