// Where a request enters: the telephone or the lobby. Each is a WebAssembly module, and so is the line, which
// is an object and is reached through its binding. See src/edge.rs.

import Lobby, { AuthStore, VoiceCall } from "./lobby/index.js";
import { PbxSession } from "./line/index.js";
import Phone from "./phone/index.js";

/** What the telephone answers; all else is for the lobby. The last one is answered in tests only. */
const PHONE = /^[a-z]+:\/\/[^/]+\/(mcp\/?(\?|$)|events(\?|$)|drill\/)/;

export default class Worker extends Phone {
  fetch(request) {
    if (PHONE.test(request.url)) return super.fetch(request);
    return new Lobby(this.ctx, this.env).fetch(request);
  }

  // For Workers that are bound to this one; the binding's props say who they are. Each takes and gives
  // JSON: what MCP takes as params, and its result or {"error":{"code","message",…}}.

  /** `{"name":"get_presence","arguments":{"extension":"100"}}`, as text or as an object. */
  async call_tool(call) {
    const params = typeof call === "string" ? JSON.parse(call) : call;
    return result(await super.rpc(...asked(this, "tools/call", params)));
  }

  async list_tools() {
    return result(await super.rpc(...asked(this, "tools/list", {})));
  }

  async read_resource(uri) {
    return result(await super.rpc(...asked(this, "resources/read", { uri: `${uri}` })));
  }

  // What the modules export is inherited, and would be a method that names its caller itself.
  get rpc() {}
  get start() {}
}

function asked({ ctx, env }, method, params) {
  return [JSON.stringify(ctx.props ?? null), method, JSON.stringify(params ?? {}), env, ctx];
}

/** What a caller is given of a JSON-RPC answer. */
function result(text) {
  const { result, error } = JSON.parse(text);
  return JSON.stringify(result ?? (error.data?.error ? error.data : { error }));
}

export { AuthStore, PbxSession, VoiceCall };
