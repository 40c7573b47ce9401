// `npm run key`: makes a key for one caller, and the entry of MCP_API_KEYS that lets it in.
//
//   npm run key -- NAME [--scopes read,control] [--extensions 100-199,12310] [--add .dev.vars]
//
// The key is printed once and kept nowhere; the entry holds its SHA-256 only. What the Worker would
// refuse (src/auth: key, scope, extension_set) is refused here first, in the same words; a story
// holds the two against each other.

import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { main } from "./toolchain.mjs";

/** Begins every key, so that people and scanners of repositories know one when they see it. */
const prefix = "pbxkey_";
const usage = "npm run key -- NAME [--scopes read,control] [--extensions 100-199,12310] [--add .dev.vars]";
const known = ["read", "control", "message", "record", "admin"];
/** The variable in a file such as .dev.vars, with whatever quotes and comment it has. */
const variable = /^[ \t]*(?:export[ \t]+)?MCP_API_KEYS[ \t]*=[ \t]*('[^']*'|"[^"]*"|`[^`]*`|[^#\r\n]*)[ \t]*(?:#.*)?$/gm;

main(async () => {
  const { name, scopes, extensions, file } = wishes(process.argv.slice(2));
  const key = prefix + randomBytes(32).toString("base64url");
  const entry = {
    name,
    sha256: createHash("sha256").update(key).digest("hex"),
    scopes,
    ...(extensions && { extensions }),
  };
  // First what may fail: a key that was shown is believed to work.
  if (file) add(file, entry);
  console.log(report(key, entry, file));
});

/** What was asked for. */
function wishes(args) {
  let parsed;
  try {
    const option = { type: "string" };
    parsed = parseArgs({ args, allowPositionals: true, options: { scopes: option, extensions: option, add: option } });
  } catch (error) {
    throw new Error(`${error.message}\n${usage}`);
  }
  const { positionals, values } = parsed;
  if (positionals.length !== 1) throw new Error(`one name is needed: who will use the key\n${usage}`);
  return {
    name: checkedName(positionals[0]),
    scopes: checkedScopes(list(values.scopes) ?? ["read"]),
    extensions: checkedExtensions(list(values.extensions)),
    file: values.add,
  };
}

/** What stands between the commas; nothing at all is an empty list. */
function list(text) {
  if (text === undefined || text.trim() === "") return text === undefined ? undefined : [];
  return text.split(",").map((part) => part.trim());
}

function checkedName(name) {
  const length = [...name].length;
  if (name.trim() === "" || length > 64 || /\p{Cc}/u.test(name)) {
    throw new Error("name must be a text of 1 to 64 characters without control characters");
  }
  return name;
}

function checkedScopes(scopes) {
  if (scopes.length === 0) {
    throw new Error("scopes must be a list with at least one name; without it a key may only read");
  }
  for (const scope of scopes) {
    if (!known.includes(scope)) {
      throw new Error(`scopes: ${JSON.stringify(scope)} is not a scope; known: ${known.join(", ")}`);
    }
  }
  return known.filter((scope) => scopes.includes(scope));
}

function checkedExtensions(entries) {
  if (entries?.length === 0) {
    throw new Error("extensions: an empty list permits nothing; leave it out to permit every extension");
  }
  for (const entry of entries ?? []) {
    const shown = `extensions: ${JSON.stringify(entry)} is`;
    const range = entry.match(/^(\d+)(?:\s*-\s*(\d+))?$/);
    if (!range) throw new Error(`${shown} neither an extension such as 12310 nor a range such as 100-199`);
    const [, first, last = first] = range;
    if (first.length !== last.length) {
      throw new Error(`${shown} not a range: both ends must have the same number of digits`);
    }
    // Digits of equal length compare as numbers do.
    if (last < first) throw new Error(`${shown} not a range: it ends before it begins`);
  }
  return entries;
}

/** Puts the entry into the list that the file holds; everything else in it stays as it is. */
function add(file, entry) {
  if (!existsSync(file)) throw new Error(`${file} does not exist: copy .dev.vars.example to it first`);
  const text = readFileSync(file, "utf8");
  const found = [...text.matchAll(variable)];
  if (found.length > 1) throw new Error(`${file} sets MCP_API_KEYS ${found.length} times: leave one of them`);
  const entries = present(file, found[0]?.[1] ?? "");
  if (entries.some(({ name }) => name === entry.name)) {
    throw new Error(`${file} has an entry of the same name: take it out first, or choose another name`);
  }
  const line = `MCP_API_KEYS=${plain([...entries, entry])}`;
  const end = text === "" || text.endsWith("\n") ? "" : "\n";
  const changed = found.length === 1 ? text.replace(variable, () => line) : `${text}${end}${line}\n`;
  // Beside it and then in its place, so that it is never half written.
  const beside = `${file}.new`;
  writeFileSync(beside, changed, { mode: statSync(file).mode });
  renameSync(beside, file);
}

/** The entries that are there. What is wrong with them is not repeated: it may be a key. */
function present(file, value) {
  const text = value.trim().replace(/^(['"`])([^]*)\1$/, "$2").trim();
  let entries = null;
  try {
    entries = text === "" ? [] : JSON.parse(text);
  } catch {
    // Said below.
  }
  if (!Array.isArray(entries) || entries.some((entry) => typeof entry?.name !== "string")) {
    throw new Error(`${file}: MCP_API_KEYS is not a JSON array of entries; mend it first`);
  }
  return entries;
}

/** JSON that needs no quotes around it: what would begin a comment, a text or a variable is escaped. */
function plain(value) {
  return JSON.stringify(value).replace(/[#'`$]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

function report(key, entry, file) {
  const reach = entry.extensions ? `extensions ${entry.extensions.join(", ")}` : "every extension";
  const next = file
    ? `It is in ${file} now. Deployed, the secret is the whole list: give the value of
MCP_API_KEYS from there to \`npx wrangler secret put MCP_API_KEYS\`.`
    : `Put it into the array MCP_API_KEYS in .dev.vars (\`--add .dev.vars\` does that), and deployed
give the whole array to \`npx wrangler secret put MCP_API_KEYS\`.`;
  return `
Key of ${JSON.stringify(entry.name)}, shown only this once:

  ${key}

It may ${entry.scopes.join(", ")}, for ${reach}. Whoever has it can do that: hand it over in a
password manager, not in a message. GET / of the server shows where each assistant wants it.

The entry for MCP_API_KEYS holds its SHA-256, not the key:

  ${plain(entry)}

${next} Without its entry the key opens nothing.
`;
}
