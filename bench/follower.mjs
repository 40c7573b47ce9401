// One who follows live events, and when they heard of what.

import { request as send } from "node:http";

import { key, mcp } from "./requests.mjs";

/** Follows `GET /events`. */
export const followEvents = (url) =>
  follow(`${url}/events`, { method: "GET", headers: { authorization: `Bearer ${key}` } });

/** Follows resources with `subscriptions/listen`. */
export const listenTo = (url, uris) =>
  follow(`${url}/mcp`, {
    method: "POST",
    ...mcp("modern", "subscriptions/listen", { notifications: { resourceSubscriptions: uris } }),
  });

/** An open stream, once its first event has come. */
function follow(url, { method, headers, body }) {
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, headers }, (answer) => {
      let rest = "";
      let isIt = () => true;
      let tell = () => resolve(follower);
      const follower = {
        /** The moment at which an event was heard whose text `wanted` accepts. */
        heard: (wanted) =>
          new Promise((hear, fail) => {
            const late = setTimeout(() => fail(new Error("nothing was heard in 10 seconds")), 10_000);
            isIt = wanted;
            tell = () => {
              clearTimeout(late);
              hear(performance.now());
            };
          }),
        hangUp: () => outgoing.destroy(),
      };
      answer.setEncoding("utf8");
      answer.on("error", () => {});
      answer.on("data", (chunk) => {
        const events = (rest + chunk).split("\n\n");
        rest = events.pop();
        for (const event of events) {
          if (!isIt(event)) continue;
          isIt = () => false;
          tell();
        }
      });
      if (answer.statusCode !== 200) reject(new Error(`${method} ${url}: ${answer.statusCode}`));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
