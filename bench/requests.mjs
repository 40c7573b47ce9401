// MCP requests of both eras, as bytes for the load generator and as questions for everything else.

import { Agent, request as send } from "node:http";

/** The caller of a run: the door is shut, as it is where people use it. */
export const key = "bench-key-not-real";
const agent = new Agent({ keepAlive: true });
const modern = "2026-07-28";
const legacy = "2025-11-25";

/** One MCP request: its HTTP headers and its body. */
export function mcp(era, method, params = {}) {
  const isModern = era === "modern";
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${key}`,
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": isModern ? modern : legacy,
  };
  if (isModern) {
    headers["mcp-method"] = method;
    if (params.name) headers["mcp-name"] = params.name;
    params = {
      ...params,
      _meta: {
        "io.modelcontextprotocol/protocolVersion": modern,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1.0.0" },
      },
    };
  }
  return { headers, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) };
}

/** The request as it goes over the wire. */
export function bytes({ headers, body }, path) {
  const all = { host: "127.0.0.1", ...headers, "content-length": Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${path} HTTP/1.1`, ...lines, "", body].join("\r\n");
}

/** Any HTTP request on a connection that is kept; rejects unless the answer is a 2xx. */
export function http(url, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { agent, method, headers }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode >= 200 && answer.statusCode < 300) return resolve(text);
        reject(new Error(`${method} ${new URL(url).pathname}: ${answer.statusCode} ${text.slice(0, 300)}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** A JSON document, sent or not, and the one that is answered. */
export async function json(url, { method, value } = {}) {
  const text = await http(url, {
    method: method ?? (value === undefined ? "GET" : "POST"),
    headers: value === undefined ? {} : { "content-type": "application/json" },
    body: value === undefined ? undefined : JSON.stringify(value),
  });
  return text === "" ? undefined : JSON.parse(text);
}

/** The result of an MCP request; rejects where it is an error. */
export async function ask(url, era, method, params) {
  const text = await http(`${url}/mcp`, { method: "POST", ...mcp(era, method, params) });
  const answer = JSON.parse(text.startsWith("{") ? text : text.match(/^data: (.+)$/m)[1]);
  if (!answer.result) throw new Error(`${method}: ${text.slice(0, 300)}`);
  return answer.result;
}

/** What a tool answers; rejects where it fails. */
export async function call(url, name, args) {
  const result = await ask(url, "modern", "tools/call", { name, arguments: args });
  if (result.isError) throw new Error(`${name}: ${result.content[0]?.text}`);
  return result.structuredContent;
}

/** Closes the connections that are kept. */
export function hangUp() {
  agent.destroy();
}
