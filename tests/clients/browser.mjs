// node tests/clients/browser.mjs <mcp-url> <assistant's-key> <person's-key>
//
// The pages as a person meets them: a headless Chromium opens them in English and in Arabic, ticks, types
// and clicks. Shown: what each says and from which side it reads, where it leads, that nothing sticks out on
// a narrow telephone, and that the browser complains of nothing, least of all of the page's own policy.
// Pictures of all of it are left in a folder that is printed, for people to look at.
//
// The Worker asks for OAuth and for a person's yes (`CONFIRM_BY=human`). Where no Chromium is, this says so
// and fails nothing: `npm test` installs one where it can.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { find, open } from "./browser/chromium.mjs";
import { check, finish, until } from "./story/checks.mjs";

const [mcp, assistant, person] = process.argv.slice(2);
if (!person) {
  console.error("usage: node tests/clients/browser.mjs <mcp-url> <assistant's-key> <person's-key>");
  process.exit(2);
}
const program = find();
if (!program) {
  console.log("SKIPPED: the pages in a browser, because no Chromium is in PATH and CHROMIUM names none");
  process.exit(0);
}

const origin = new URL(mcp).origin;
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const languages = [
  {
    code: "en", dir: "ltr", accept: "en-GB,en", other: "ar",
    authorize: "Let an assistant use the telephone system?",
    wrongKey: "This key is not known here",
    device: "a program on this device",
    front: "Your company's telephones, for AI assistants",
    works: "It works, and is ready.",
    approve: "May the assistant do this?",
    refused: "This key may not decide this",
    saidYes: "You said yes.",
    gone: "There is nothing to decide here any more",
  },
  {
    code: "ar", dir: "rtl", accept: "ar-SA,ar", other: "en",
    authorize: "هل تسمح لمساعد ذكي باستخدام نظام الهاتف؟",
    wrongKey: "هذا المفتاح غير معروف هنا",
    device: "برنامج على هذا الجهاز",
    front: "هاتف الشركة بين يدي المساعد الذكي",
    works: "يعمل، وهو جاهز.",
    approve: "هل تسمح للمساعد بذلك؟",
    refused: "لا يحق لهذا المفتاح",
    saidYes: "لقد وافقت.",
    gone: "لم يعد هنا ما يُقرَّر",
  },
];

/** Where clients are sent back to: remembers the query of each visit. */
const visits = [];
const listener = createServer((request, response) => {
  const url = new URL(request.url, "http://127.0.0.1");
  if (url.pathname === "/callback") visits.push(url.searchParams);
  response.setHeader("content-type", "text/html");
  response.end("<!doctype html><link rel=icon href=data:><title>back at the client</title>");
});
await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
const callback = `http://127.0.0.1:${listener.address().port}/callback`;

async function post(path, body, headers = {}) {
  const answer = await fetch(new URL(path, origin), {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
    body: JSON.stringify(body),
  });
  return answer.json();
}

/** What the assistant is told when it makes a call. */
async function makeCall(more = {}) {
  const params = { name: "make_call", arguments: { destination: "0500000000", ...more } };
  const key = { authorization: `Bearer ${assistant}` };
  const { result } = await post("/mcp", { jsonrpc: "2.0", id: 1, method: "tools/call", params }, key);
  return result.structuredContent;
}

// A name that tries to turn the text around it.
const { client_id: client } = await post("/register", {
  client_name: "Desk (مساعد) & <b>Co</b>", redirect_uris: [callback], token_endpoint_auth_method: "none",
});

function authorize(state) {
  const url = new URL("/authorize", origin);
  url.search = new URLSearchParams({
    response_type: "code", client_id: client, redirect_uri: callback, state, resource: mcp,
    scope: "read control message", code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  });
  return url;
}

const { page, close } = await open(program);
const pictures = await mkdtemp(join(tmpdir(), "pages-"));
console.log(`pictures: ${pictures}`);

/** What is true of every page: its side, nothing sticks out from 360 px on. Leaves pictures. */
async function look(language, name) {
  const { code, dir, accept } = language;
  const seen = await page.evaluate(`({
    lang: document.documentElement.lang,
    dir: document.dir,
    direction: getComputedStyle(document.querySelector("h1")).direction,
    title: document.title === document.querySelector("h1").textContent,
  })`);
  assert.deepEqual(seen, { lang: code, dir, direction: dir, title: true });
  for (const [kind, window] of [["", {}], ["-dark", { scheme: "dark" }], ["-narrow", { width: 360, height: 740 }]]) {
    await page.as({ language: accept, ...window });
    const [wide, high, inner] = await page.evaluate(
      "[document.documentElement.scrollWidth, document.documentElement.scrollHeight, innerWidth]",
    );
    // All of it in one picture: a browser that paints more than its window shifts pages from the right.
    await page.as({ language: accept, ...window, height: high });
    await page.picture(join(pictures, `${name}-${code}${kind}.png`));
    assert.ok(wide <= inner, `${name}${kind}: ${wide} px in a window of ${inner}`);
    // On a page from the right, what sticks out on that side cannot even be scrolled to.
    const outside = await page.evaluate(`[...document.querySelectorAll("main *:not(pre *)")]
      .filter((one) => { const { left, right } = one.getBoundingClientRect(); return left < 0 || right > innerWidth; })
      .map((one) => one.outerHTML)`);
    assert.deepEqual(outside, [], `${name}${kind}: outside of the window`);
  }
  await page.as({ language: accept });
}

const text = (selector) => page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ""`);
const shows = (words) => page.shows(words, `document.body.innerText.includes(${JSON.stringify(words)})`);

/** Asserts that the middle of one element comes before that of another for whoever reads in this direction. */
async function before(language, first, second) {
  const middle = (selector) =>
    page.evaluate(`(({ left, right }) => (left + right) / 2)(document.querySelector("${selector}").getBoundingClientRect())`);
  const [one, two] = [await middle(first), await middle(second)];
  assert.ok(language.dir === "ltr" ? one < two : one > two, `${first} at ${one}, ${second} at ${two}`);
}

/** Where the browser was sent, once it is there. */
async function visit(state) {
  const found = () => visits.find((query) => query.get("state") === state);
  const query = await until(`a visit at the client with ${state}`, found, Boolean);
  assert.equal(query.get("iss"), origin);
  return query;
}

/** Runs one check, after which the browser must have complained of nothing. */
async function quiet(name, body) {
  page.complaints.length = 0;
  await check(name, async () => {
    const problem = await body().catch((error) => error);
    // What the browser complains of is often why.
    assert.deepEqual(page.complaints, [], `the browser complains; ${problem?.message ?? ""}`);
    if (problem) throw problem;
  });
}

for (const language of languages) {
  const { code, accept, other, dir } = language;

  await quiet(`${code}: the front page`, async () => {
    await page.as({ language: accept });
    await page.go(origin);
    await shows(language.works);
    assert.equal(await text("h1"), language.front);
    assert.equal(await text("pre code"), mcp);
    await look(language, "front");
    // All of it, as a person who opens everything.
    const count = await page.evaluate("document.querySelectorAll('details').length");
    assert.ok(count >= 10, `${count} assistants`);
    await page.click("details summary");
    await page.shows("the first assistant", "document.querySelector('details').open");
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    await look(language, "front-open");
    await page.click("nav a");
    await page.shows("the other language", `document.documentElement.lang === "${other}"`);
  });

  await quiet(`${code}: a client asks, and a person looks at what it asks`, async () => {
    await page.go(authorize(`looks-${code}`));
    await shows(language.authorize);
    assert.equal(await text("h1"), language.authorize);
    assert.equal(await text("p b bdi"), "Desk (مساعد) & <b>Co</b>");
    assert.equal(await page.evaluate("document.querySelectorAll('main b b').length"), 0);
    const leads = await text("dd:last-of-type");
    assert.ok(leads.includes(language.device) && leads.includes("127.0.0.1"), leads);
    const scopes = await page.evaluate("[...document.querySelectorAll('[name=scope]')].map((box) => [box.value, box.checked])");
    assert.deepEqual(scopes, [["read", true], ["control", true], ["message", true]]);
    const key = await page.evaluate("(({ type, value, dir, required }) => ({ type, value, dir, required }))(document.querySelector('[name=key]'))");
    assert.deepEqual(key, { type: "password", value: "", dir: "ltr", required: true });
    await before(language, "[value=allow]", "[value=deny]");
    await before(language, "[name=scope]", "legend + label");
    await look(language, "authorize");
  });

  await quiet(`${code}: the link to the other language`, async () => {
    await page.go(authorize(`turns-${code}`));
    await shows(language.authorize);
    await page.click(`a[lang=${other}]`);
    const turned = dir === "rtl" ? "ltr" : "rtl";
    await page.shows("the other language", `document.dir === "${turned}" && document.documentElement.lang === "${other}"`);
  });

  await quiet(`${code}: a wrong key is told on the page, the right one leads to the client`, async () => {
    const state = `a state & ${code}`;
    await page.go(authorize(state));
    await shows(language.authorize);
    // A form without a key stays where it is.
    await page.click("[value=allow]");
    assert.equal(await page.evaluate("document.querySelector('[name=key]').matches(':invalid')"), true);
    await page.click("[value=message]");
    await page.type("[name=key]", "a-key-that-nobody-has");
    await page.click("[value=allow]");
    await shows(language.wrongKey);
    assert.ok((await text("[role=alert]:last-of-type")).includes(language.wrongKey));
    assert.equal(await page.evaluate("document.querySelector('[name=key]').value"), "");
    await look(language, "authorize-wrong");
    // What was not to be given is not given in passing.
    assert.equal(await page.evaluate("document.querySelector('[value=message]').checked"), false);
    await page.type("[name=key]", person);
    await page.click("[value=allow]");
    const query = await visit(state);
    assert.equal(query.get("error"), null);
    const form = new URLSearchParams({
      grant_type: "authorization_code", client_id: client, code: query.get("code"), redirect_uri: callback,
      code_verifier: verifier, resource: mcp,
    });
    const token = await fetch(new URL("/token", origin), { method: "POST", body: form }).then((answer) => answer.json());
    assert.equal(token.scope, "read control", JSON.stringify(token));
  });

  await quiet(`${code}: refusing leads back to the client without a key`, async () => {
    const state = `no-${code}`;
    await page.go(authorize(state));
    await shows(language.authorize);
    await page.click("[value=deny]");
    const query = await visit(state);
    assert.equal(query.get("error"), "access_denied");
    assert.equal(query.get("code"), null);
  });

  await quiet(`${code}: a person says yes to a call`, async () => {
    const { details } = (await makeCall()).error;
    assert.ok(details.approve, JSON.stringify(details));
    await page.go(details.approve);
    await shows(language.approve);
    assert.equal(await text("h1"), language.approve);
    assert.match(await text("section"), /call \+966500000000 from extension 100/);
    await before(language, "[value=yes]", "[value=no]");
    await look(language, "approve");
    // The assistant's own key decides nothing.
    await page.type("[name=key]", assistant);
    await page.click("[value=yes]");
    await shows(language.refused);
    await look(language, "approve-refused");
    await page.type("[name=key]", person);
    await page.click("[value=yes]");
    await shows(language.saidYes);
    await look(language, "approve-yes");
    const made = await makeCall({ confirm: details.confirm });
    assert.equal(made.success, true, JSON.stringify(made));
    await page.go(details.approve);
    await shows(language.gone);
    await look(language, "approve-gone");
  });
}

await close();
listener.closeAllConnections();
listener.close();
finish();
