// A stand-in for MasterLinc: a Worker that is bound to ours, and ours to it. It says what it is told to say,
// and calls us when it is told to.

/** `*`: at every extension. Else what the variable SAYS has for it. */
let says = {};
let heard = [];

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const given = request.method === "POST" ? await request.text() : "";
    switch (pathname) {
      case "/api/v1/coordinate": {
        const event = JSON.parse(given);
        heard.push({ event, authorization: request.headers.get("authorization") });
        // It looks before it says anything, as a router of calls would.
        if (event.event === "call.incoming") await env.PHONE.call_tool({ name: "get_presence", arguments: { extension: "104" } });
        const usual = JSON.parse(env.SAYS ?? "{}");
        return Response.json(says["*"] ?? usual[event.extension] ?? { action: "answer" });
      }
      case "/says":
        says = JSON.parse(given);
        return new Response(null, { status: 204 });
      case "/heard":
        return Response.json(heard);
      // {"binding":"PHONE","method":"call_tool","argument":…}
      case "/calls": {
        const { binding, method, argument } = JSON.parse(given);
        try {
          return Response.json({ answer: await env[binding][method](argument) });
        } catch (error) {
          return Response.json({ thrown: `${error.name}: ${error.message}` });
        }
      }
      // {"authorization":"Bearer …","body":…}: plain MCP on the binding.
      case "/speaks": {
        const { authorization, body } = JSON.parse(given);
        const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
        if (authorization) headers.authorization = authorization;
        return env.PHONE.fetch("https://phone/mcp", { method: "POST", headers, body: JSON.stringify(body) });
      }
      default:
        return new Response("not here", { status: 404 });
    }
  },
};
