// What the PBX is asked: counted.

import { claim } from "../report.mjs";
import { call, json } from "../requests.mjs";

export async function steadyCalls(workerd, pbx) {
  const url = workerd.url("steady");
  const place = async () => {
    await call(url, "make_call", { extension: "100", destination: "101" });
    for (const who of ["100", "101"]) {
      await json(`${pbx.url}/_sim/party`, { value: { who, does: "hang_up" } });
    }
  };
  await place();
  await json(`${pbx.url}/_sim/requests`, { method: "DELETE" });
  const calls = 10;
  for (let round = 0; round < calls; round += 1) await place();
  const requests = await json(`${pbx.url}/_sim/requests`);
  const each = requests.length / calls;
  const kinds = [...new Set(requests.map(({ method, path }) => `${method} ${path.split("/").pop()}`))];
  claim("PBX requests for make_call, steady", each, "", kinds.join(", "), "1", each === 1);
}

/** Of each PBX, since the run began. */
export async function tokens(pbxs) {
  for (const [name, pbx] of Object.entries(pbxs)) {
    const { token_requests: count } = await json(`${pbx.url}/_sim/counters`);
    claim(`token requests, whole run (${name})`, count, "", "", "1", count === 1);
  }
}
