// The control interface of the simulated PBX (`/_sim`): what really happened, and what people at the
// telephones do. The routes are documented at the head of the crate `pbx-sim`.

import assert from "node:assert/strict";

/** The PBX at `url`, seen from behind. */
export function simulatedPbx(url) {
  const ask = async (method, what, body) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const response = await fetch(`${url}/_sim/${what}`, { method, headers, body: JSON.stringify(body) });
    assert.ok(response.ok, `${method} /_sim/${what}: HTTP ${response.status}`);
    return response;
  };
  const get = async (what) => (await ask("GET", what)).json();
  return {
    get,
    reset: () => ask("POST", "reset"),
    /** Somebody outside calls in, and the phones of `to` ring until somebody does something. */
    ring: async (from, to) => {
      await ask("PUT", `numbers/${to}`, { incoming: { does: "never" } });
      return (await (await ask("POST", "inbound", { from, name: "Huda", to })).json()).callid;
    },
    /** Somebody outside puts the telephone down. */
    hangUp: (who) => ask("POST", "party", { who, does: "hang_up" }),
    /** Somebody writes; the id of the message. */
    write: async (message) => (await (await ask("POST", "chats", message)).json()).id,
    /** The legs of an extension, as the PBX itself knows them. */
    legsOf: async (number) => (await get("truth"))[number] ?? [],
    /** Requests of one method whose path holds `part`. */
    requests: async (method, part) =>
      (await get("requests")).filter((entry) => entry.method === method && entry.path.includes(part)),
  };
}
