// A person before a browser without scripts: opens the page of `/authorize`, ticks, enters a key.

import assert from "node:assert/strict";

/**
 * Says yes at `url` to what `tick` says of each scope, and returns the address that the browser is sent
 * to afterwards. Reads the page in Arabic.
 */
export async function allow(url, key, tick = () => true) {
  const open = () => fetch(url, { headers: { "accept-language": "ar" }, redirect: "manual" });
  // A connection that was kept since the last request may just have been closed: opening again is safe.
  const page = await open().catch(open);
  const html = await page.text();
  assert.equal(page.status, 200, html);
  assert.match(html, /<html lang=ar dir=rtl>/);
  const form = new URLSearchParams();
  for (const [, name, value] of html.matchAll(/<input type=hidden name=(\w+) value="?([^">]*)"?>/g)) form.append(name, value);
  for (const [, scope] of html.matchAll(/<input type=checkbox name=scope value=(\w+)/g)) if (tick(scope)) form.append("scope", scope);
  form.append("key", key);
  form.append("answer", "allow");
  const headers = { origin: new URL(url).origin, "sec-fetch-site": "same-origin" };
  const answer = await fetch(new URL("/authorize", url), { method: "POST", body: form, headers, redirect: "manual" });
  assert.equal(answer.status, 303, await answer.text());
  return new URL(answer.headers.get("location"));
}
