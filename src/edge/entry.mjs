// Where a request enters: the telephone or the lobby. Each is a WebAssembly module, and so is the line, which
// is an object and is reached through its binding. See src/edge.rs.

import Lobby, { AuthStore } from "./lobby/index.js";
import { PbxSession } from "./line/index.js";
import Phone from "./phone/index.js";

/** What the telephone answers; all else is for the lobby. The last one is answered in tests only. */
const PHONE = /^[a-z]+:\/\/[^/]+\/(mcp\/?(\?|$)|drill\/)/;

export default class Worker extends Phone {
  fetch(request) {
    if (PHONE.test(request.url)) return super.fetch(request);
    return new Lobby(this.ctx, this.env).fetch(request);
  }
}

export { AuthStore, PbxSession };
