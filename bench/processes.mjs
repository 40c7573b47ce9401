// The programs of a run: simulated PBXs, the providers' stand-ins, and workerd with several services. All
// listen on free ports of loopback; whoever starts one ends it by its own handle.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

import { root } from "../scripts/toolchain.mjs";

const workerd = join(root, "node_modules", "workerd", "bin", "workerd");
const patience = 30_000;

/** Starts a program and reads its output until `isReady` says so of a line. */
function start(program, args, options, isReady) {
  const begun = performance.now();
  const child = spawn(program, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  let errors = "";
  const lines = [];
  child.stderr.on("data", (data) => (errors = (errors + data).slice(-4000)));
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    // workerd drains on SIGTERM and waits for its own WebSocket.
    child.kill("SIGKILL");
    await gone;
  };
  return new Promise((resolve, reject) => {
    const fail = (why) => {
      child.kill("SIGKILL");
      reject(new Error(`${program} ${why}\n${errors}`));
    };
    const limit = setTimeout(() => fail("is not ready in time"), patience);
    let isItReady = false;
    child.once("error", (error) => fail(`cannot be started: ${error.message}`));
    child.once("exit", (code) => fail(`ended with ${code}`));
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      if (isItReady) return;
      isItReady = isReady(line);
      if (!isItReady) return;
      clearTimeout(limit);
      resolve({ pid: child.pid, begun, stop, lines, errors: () => errors });
    });
  });
}

/** A simulated PBX of its own; see tests/pbx. */
export async function startPbx() {
  let url;
  const program = join(root, "target", "debug", "pbx-sim");
  const process = await start(program, ["--port", "0", "--quiet", "--exit-with-stdin"], {}, (line) => {
    url = line.match(/http:\/\/\S+/)?.[0];
    return url !== undefined;
  });
  return { ...process, url };
}

/** Stand-ins for transcription, mind and speech, with their addresses and keys; see tests/providers. */
export async function startProviders() {
  let names;
  const program = join(root, "target", "debug", "provider-sim");
  const process = await start(program, [], {}, (line) => {
    names = JSON.parse(line);
    return true;
  });
  return { ...process, ...names };
}

/** The variables of `npm start`. */
export function demoVariables() {
  const text = readFileSync(join(root, "scripts", "demo.env"), "utf8");
  return Object.fromEntries(text.split("\n").filter((line) => /^[A-Z]/.test(line)).map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)];
  }));
}

/**
 * One workerd with these services, each `{name, files, main, variables, objects, kv}`: `files` maps the
 * names of modules to paths, `objects` maps bindings to class names, `kv` is `{bindings, address}`.
 */
export async function startWorkerd(services) {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  mkdirSync(join(folder, "state"));
  for (const { name, files } of services) {
    for (const [file, path] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name, file)), { recursive: true });
      writeFileSync(join(folder, name, file), readFileSync(path));
    }
  }
  writeFileSync(join(folder, "config.capnp"), configuration(services));
  const ports = {};
  const options = { cwd: folder };
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const process = await start(workerd, ["serve", "--control-fd=1", "config.capnp"], options, (line) => {
      const { socket, port } = JSON.parse(line);
      if (socket) ports[socket] = port;
      return services.every(({ name }) => ports[name]);
    });
    const stop = () => process.stop().finally(remove);
    return { ...process, ports, url: (name) => `http://127.0.0.1:${ports[name]}`, stop };
  } catch (error) {
    remove();
    throw error;
  }
}

/** See "workerd.capnp": services, and a socket for each. */
function configuration(services) {
  const text = JSON.stringify;
  const date = readFileSync(join(root, "wrangler.toml"), "utf8").match(/compatibility_date = "(.+)"/)[1];
  const kinds = { js: "esModule", wasm: "wasm", json: "json" };
  const workers = services.map(({ name, files, main, variables = {}, objects = {}, kv }) => {
    // The first module is the one that runs.
    const names = [main, ...Object.keys(files).filter((file) => file !== main)];
    const modules = names.map((file) =>
      `(name = ${text(file)}, ${kinds[file.split(".").pop()]} = embed ${text(`${name}/${file}`)})`);
    const bindings = Object.entries(variables).map(([key, value]) =>
      `(name = ${text(key)}, text = ${text(`${value}`)})`);
    const namespaces = Object.entries(objects).map(([binding, className]) => {
      bindings.push(`(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`);
      return `(className = ${text(className)}, uniqueKey = ${text(`${name}-${className}`)}, enableSql = true)`;
    });
    const storage = namespaces.length > 0
      ? `durableObjectNamespaces = [${namespaces.join(", ")}], durableObjectStorage = (localDisk = "disk"),`
      : "";
    let service = "";
    if (kv) {
      const store = `${name}-kv`;
      bindings.push(...kv.bindings.map((key) => `(name = ${text(key)}, kvNamespace = ${text(store)})`));
      service = `(name = ${text(store)}, external = (address = ${text(kv.address)}, http = ())),`;
    }
    return `${service} (name = ${text(name)}, worker = (modules = [${modules.join(", ")}],
      compatibilityDate = ${text(date)}, ${storage} bindings = [${bindings.join(", ")}],
      globalOutbound = "net"))`;
  });
  const sockets = services.map(({ name }) =>
    `(name = ${text(name)}, address = "127.0.0.1:0", http = (), service = ${text(name)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${workers.join(",\n")},
    (name = "disk", disk = (path = "state", writable = true)),
    (name = "net", network = (allow = ["local"]))],
  sockets = [${sockets.join(", ")}]
);
`;
}
