// Calls whose sound is only passed on by a Worker of a few lines: what a second of a call costs workerd itself
// on this machine.

import { join } from "node:path";

import { root } from "../../scripts/toolchain.mjs";
import { demoVariables, startPbx, startWorkerd } from "../processes.mjs";
import { http, json } from "../requests.mjs";
import { until } from "./scene.mjs";

/** Calls at the route point, each answered and handed to the Worker. */
export async function startCarrier() {
  const pbx = await startPbx();
  const file = join(root, "bench", "voice", "carrier-worker.mjs");
  const service = { name: "carrier", main: "carrier.js", files: { "carrier.js": file } };
  const workerd = await startWorkerd([service]);
  const stop = () => Promise.all([workerd.stop(), pbx.stop()]);
  try {
    const { PBX_CLIENT_ID: desk, PBX_CLIENT_SECRET: secret } = demoVariables();
    const form = new URLSearchParams({ client_id: desk, client_secret: secret, grant_type: "client_credentials" });
    const kind = { "content-type": "application/x-www-form-urlencoded" };
    const signedIn = await http(`${pbx.url}/connect/token`, { method: "POST", headers: kind, body: `${form}` });
    const { access_token: token } = JSON.parse(signedIn);
    const headers = { authorization: `Bearer ${token}` };
    const participants = `${pbx.url}/callcontrol/${desk}/participants`;
    const ring = async (from) => {
      await json(`${pbx.url}/_sim/inbound`, { value: { from, name: "Bench", to: desk } });
      const leg = await until("the call to ring", async () =>
        JSON.parse(await http(participants, { headers })).find(({ status }) => status === "Ringing"));
      const answer = { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: "{}" };
      await http(`${participants}/${leg.id}/answer`, answer);
      const way = { url: `${participants}/${leg.id}/stream`, token };
      // It is answered when the call is over.
      http(workerd.url("carrier"), { method: "POST", body: JSON.stringify(way) }).catch(() => {});
    };
    return { pid: workerd.pid, ring, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
