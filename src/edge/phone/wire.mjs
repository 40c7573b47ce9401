// Requests and answers of the telephone cross between JavaScript and WebAssembly in one piece each: every
// header that is asked for or set on its own is a way there and back. See wire.rs.

/** The headers that a request is judged by, in the order of `Head`. */
const HEADERS = [
  "cf-connecting-ip",
  "origin",
  "authorization",
  "content-length",
  "content-type",
  "accept",
  "mcp-protocol-version",
  "mcp-method",
  "mcp-name",
  "user-agent",
  "last-event-id",
];

/** Method, address and headers, a line each. A value holds neither a line break nor a NUL, which stands for none. */
export function head(request) {
  const { headers } = request;
  let lines = `${request.method}\n${request.url}`;
  for (const name of HEADERS) lines += `\n${headers.get(name) ?? "\0"}`;
  return lines;
}

/** An answer. The bytes are a view of memory that changes: they are copied; and so are the headers. */
export function answer(status, headers, bytes) {
  return new Response(bytes.slice(), { status, headers });
}
