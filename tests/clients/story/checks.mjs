// Checks that print how they went and are counted, and waiting with a deadline.
//
// A check that fails does not end the story: what follows from it fails too, and says so.

import assert from "node:assert/strict";

let passed = 0;
let failed = 0;

/** Runs one check, prints how it went, and says so. */
export async function check(name, body) {
  try {
    await body();
    passed += 1;
    console.log(`ok - ${name}`);
    return true;
  } catch (error) {
    failed += 1;
    console.log(`not ok - ${name}\n${explain(error)}`);
    return false;
  }
}

/** What went wrong, and where in these files; the ways through the SDK's own files are left out. */
function explain(error) {
  const lines = String(error?.stack ?? error).split("\n");
  return lines
    .filter((line) => !/^\s+at /.test(line) || /tests\/clients\//.test(line))
    .map((line) => `    ${line}`)
    .join("\n");
}

/** Prints the count; the process will exit with 1 if a check failed. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

/** Asks until `accept` takes the answer, and returns it; gives up after `limit` milliseconds. */
export async function until(what, ask, accept, limit = 15_000) {
  const deadline = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (accept(answer)) return answer;
    if (Date.now() > deadline) assert.fail(`not in ${limit} ms: ${what}; last: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
