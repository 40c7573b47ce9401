// Where a request enters: the telephone or the lobby, a WebAssembly module each. See src/edge.rs.

import * as lobby from "./lobby/index.js";
import Phone, { PbxSession } from "./phone/index.js";

const { default: Lobby, AuthStore } = lobby;

/** What the telephone answers; all else is for the lobby. The last one is answered in tests only. */
const PHONE = /^[a-z]+:\/\/[^/]+\/(mcp\/?(\?|$)|drill\/)/;

export default class Worker extends Phone {
  fetch(request) {
    if (PHONE.test(request.url)) return super.fetch(request);
    return new Lobby(this.ctx, this.env).fetch(request);
  }
}

export { AuthStore, PbxSession };
