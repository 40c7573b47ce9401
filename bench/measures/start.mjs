// How long it takes to begin, and how large it is.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { modules, wasmOf } from "../../scripts/build.mjs";
import { median } from "../load.mjs";
import { startWorkerd } from "../processes.mjs";
import { claim, isQuick } from "../report.mjs";
import { ask, http } from "../requests.mjs";
import { figure } from "../table.mjs";

const kilobyte = 1024;

/** From the start of the process to the first answer; returns the tools that there are. */
export async function coldStart(ours, constant) {
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

export function size() {
  const limit = 450 * kilobyte;
  const shown = (count) => `${(count / kilobyte).toFixed(0)} KB`;
  for (const module of modules) {
    const bytes = readFileSync(wasmOf(module));
    const packed = gzipSync(bytes, { level: 9 }).length;
    const raw = `raw ${shown(bytes.length)}`;
    claim(`WebAssembly of the ${module}, gzip`, shown(packed), "", raw, `≤ ${shown(limit)}`, packed <= limit);
  }
}
