// A headless Chromium, driven over the DevTools protocol with nothing but Node.
//
// Owns: finding and starting it, one page, what that page complains about, and input as a person gives it:
// the mouse and the keyboard, never a script that submits a form.
// Not here: what the pages ought to show.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { until } from "../story/checks.mjs";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const flags = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
  "--remote-debugging-port=0",
];

/** The browser of this machine: what `CHROMIUM` names, or the first in PATH. */
export function find() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return places.find((place) => existsSync(place));
}

/** Starts `program` with a profile of its own, and opens a page. */
export async function open(program) {
  const profile = await mkdtemp(join(tmpdir(), "chromium-profile-"));
  const child = spawn(program, [...flags, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  child.on("error", (error) => (said += error.message));
  const close = async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const address = () => said.match(/DevTools listening on (ws:\S+)/)?.[1];
    await until("Chromium listens", address, Boolean, 30_000);
    const wire = await Wire.open(address());
    const { targetId } = await wire.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await wire.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(wire, sessionId);
    await page.begin();
    return { page, close };
  } catch (error) {
    await close();
    throw new Error(`${error.message}\n${said}`);
  }
}

/** The protocol: numbered questions, and events for whoever listens. */
class Wire {
  #next = 0;
  #waiting = new Map();
  listen = () => {};

  static async open(address) {
    const wire = new Wire();
    wire.socket = new WebSocket(address);
    wire.socket.onmessage = ({ data }) => wire.#take(JSON.parse(data));
    await new Promise((resolve, reject) => {
      wire.socket.onopen = resolve;
      wire.socket.onerror = () => reject(new Error(`no connection to ${address}`));
    });
    return wire;
  }

  send(method, params = {}, sessionId = undefined) {
    const id = (this.#next += 1);
    this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { method, resolve, reject }));
  }

  #take({ id, result, error, method, params }) {
    if (id === undefined) return this.listen(method, params);
    const { method: asked, resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) reject(new Error(`${asked}: ${error.message}`));
    else resolve(result);
  }
}

class Page {
  /** What the console said, and what the page's own policy stopped. */
  complaints = [];

  constructor(wire, session) {
    this.send = (method, params) => wire.send(method, params, session);
    wire.listen = (method, params) => this.#hear(method, params);
  }

  async begin() {
    for (const domain of ["Page", "Runtime", "Log", "Network", "Audits"]) await this.send(`${domain}.enable`);
    this.agent = await this.evaluate("navigator.userAgent");
  }

  #hear(method, params) {
    if (method === "Log.entryAdded") {
      const { level, text, url } = params.entry;
      // A status of 4xx is an answer that a check looks at.
      const isStatus = /^Failed to load resource: the server responded with a status of 4/.test(text);
      if (["error", "warning"].includes(level) && !isStatus) this.complaints.push(`${text} ${url ?? ""}`);
    }
    if (method === "Runtime.exceptionThrown") this.complaints.push(params.exceptionDetails.text);
    if (method === "Runtime.consoleAPICalled") this.complaints.push(JSON.stringify(params.args));
    if (method === "Audits.issueAdded" && params.issue.code === "ContentSecurityPolicyIssue") {
      this.complaints.push(JSON.stringify(params.issue.details));
    }
  }

  /** Which language the person's browser asks for, how wide its window is, light or dark. */
  async as({ language, width = 1024, height = 800, scheme = "light" }) {
    await this.send("Emulation.setUserAgentOverride", { userAgent: this.agent, acceptLanguage: language });
    await this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.send("Emulation.setEmulatedMedia", { features });
  }

  async go(url) {
    // A document that stays would be taken for the next one.
    await this.send("Page.navigate", { url: "about:blank" });
    const { errorText } = await this.send("Page.navigate", { url: `${url}` });
    if (errorText) throw new Error(`${url}: ${errorText}`);
    await this.shows("the page", "location.href !== 'about:blank'");
  }

  /** The value of an expression in the page. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(`${exceptionDetails.exception?.description} in ${expression}`);
    return result.value;
  }

  /** Waits until a whole page is there of which the expression is true. */
  async shows(what, expression) {
    const complete = `document.readyState === "complete" && Boolean(${expression})`;
    // Between two documents there is nothing to ask.
    await until(what, () => this.evaluate(complete).catch((error) => error.message), (is) => is === true);
  }

  /** Clicks in the middle of an element. */
  async click(selector) {
    const found = JSON.stringify(selector);
    const { x, y } = await this.evaluate(`(() => {
      const element = document.querySelector(${found});
      element.scrollIntoView({ block: "center" });
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    })()`);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
    }
  }

  /** Types into a field. */
  async type(selector, text) {
    await this.click(selector);
    await this.send("Input.insertText", { text });
  }

  /** Takes a picture of what is in the window. */
  async picture(path) {
    const { data } = await this.send("Page.captureScreenshot");
    await writeFile(path, Buffer.from(data, "base64"));
  }
}
