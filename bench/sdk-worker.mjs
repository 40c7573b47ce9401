// What the Worker is measured against: the handler of the official TypeScript SDK v2 with the same tools.
// Names, descriptions and schemas are those of the Worker's own `tools/list`.
//
// In favour of the SDK, whatever may be prepared once is prepared once; the server itself is made for
// every request, because that is how `createMcpHandler` works.

import { McpServer, createMcpHandler, fromJsonSchema } from "@modelcontextprotocol/server";
import tools from "tools.json";

const definitions = tools.map(({ name, inputSchema, outputSchema, ...rest }) => ({
  name,
  config: {
    title: rest.title,
    description: rest.description,
    annotations: rest.annotations,
    inputSchema: fromJsonSchema(inputSchema),
    outputSchema: outputSchema && fromJsonSchema(outputSchema),
  },
}));

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "sdk", version: "1.0.0" });
  for (const { name, config } of definitions) {
    server.registerTool(name, config, async () => ({ content: [], isError: true }));
  }
  return server;
});

export default { fetch: (request) => handler.fetch(request) };
