// Looks through every file of the repository for what must never be in it: credentials that look
// real, and telephone numbers that may belong to somebody. Placeholders look like placeholders.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { root, run } from "./toolchain.mjs";

/** What a credential looks like, by whose it would be. */
const credentials = {
  "a key of this server": /\bpbxkey_[\w-]{43}/,
  "a private key": /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+\S{32}/,
  "a JSON Web Token": /\beyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}/,
  "an OpenAI or Anthropic key": /\bsk-(?:ant-|proj-)?[\w-]{24,}/,
  "a GitHub token": /\b(?:gh[pousr]_\w{30,}|github_pat_\w{30,})/,
  "an AWS key": /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  "a Google key": /\bAIza[\w-]{35}/,
  "a Slack token": /\bxox[abprs]-[\w-]{20,}/,
  "a Twilio account or key": /\b(?:AC|SK)[0-9a-f]{32}\b/,
  "a secret written out": /(?:secret|password|passwd|api_?key|token)["']?\s*[:=]\s*["'](?=[^"']*\d)(?=[^"']*[a-z])(?=[^"']*[A-Z])[\w+/=-]{24,}["']/i,
};

/** A Saudi mobile number however it is written; made-up ones run on zeros or count up. */
const mobile = /(?<![\d.])(?:\+?966|00966|0)5\d{8}(?!\d)/g;
const madeUp = /0000|12345/;

/** Digests by the thousand, none of them ours. */
const lockFiles = /(?:^|\/)(?:Cargo\.lock|package-lock\.json)$/;

/** Rejects if there is anything. */
export async function noSecrets() {
  const listed = await run("git", ["ls-files", "-z"], { quiet: true });
  const files = listed.split("\0").filter((file) => file && !lockFiles.test(file));
  const found = files.flatMap((file) =>
    suspicions(readFileSync(join(root, file), "utf8")).map((what) => `${file}: ${what}`),
  );
  if (files.length < 100) throw new Error(`only ${files.length} files were looked at`);
  if (found.length > 0) throw new Error(`not for a repository:\n${found.join("\n")}`);
}

/** What is suspicious in a text; never the text itself, which may be a secret. */
export function suspicions(text) {
  const kinds = Object.keys(credentials).filter((kind) => credentials[kind].test(text));
  const numbers = (text.match(mobile) ?? []).filter((number) => !madeUp.test(number));
  return numbers.length > 0 ? [...kinds, "a telephone number that looks real"] : kinds;
}
