// A KV namespace as workerd reaches one: an HTTP service with a path for each key.

import { createServer } from "node:http";

/** A namespace in memory, on a free port. */
export async function startKv() {
  const values = new Map();
  const server = createServer((request, response) => {
    const key = new URL(request.url, "http://kv").pathname;
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method === "PUT") values.set(key, Buffer.concat(chunks));
      if (request.method === "DELETE") values.delete(key);
      const value = request.method === "GET" ? values.get(key) : "";
      response.writeHead(value === undefined ? 404 : 200).end(value);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${server.address().port}`,
    keys: () => values.size,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
