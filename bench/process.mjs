// What a process uses, as Linux tells it; nothing where there is no /proc.

import { readFileSync, readdirSync } from "node:fs";

/** Processor time so far, in milliseconds. */
export function processorTime(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}

/** The same to the microsecond, of the threads that live. */
export function exactProcessorTime(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const used = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]));
    return used.reduce((sum, more) => sum + more, 0) / 1e6;
  } catch {
    return undefined;
  }
}

/** Resident memory in megabytes. */
export function resident(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+) kB/)[1]) / 1024;
  } catch {
    return undefined;
  }
}
