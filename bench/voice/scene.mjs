// Basma on the telephone, for measuring: a simulated PBX, the providers' stand-ins, and a workerd of their
// own with this Worker in it. And a caller, who speaks and whose ear keeps the time of everything that comes.
//
// Times are microseconds since 1970, by the clock of the one machine on which all of it runs.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { root } from "../../scripts/toolchain.mjs";
import { ours } from "../contenders.mjs";
import { startPbx, startProviders, startWorkerd } from "../processes.mjs";
import { call as callTool, http, json } from "../requests.mjs";

/** Where Basma answers: the route point of the demo's API client. */
const desk = "assistant";
/** Louder than the line, softer than speech. */
export const loud = 500;
/** So much silence, and nobody speaks any more. */
const quietUs = 500_000;
const frame = 160;

/** What is said: by whom and how fast is always the same. */
export const reply = "Yes, we are open until four today. Is there anything else?";
export const firstSentence = "Yes, we are open until four today.";
const script = {
  transcript: "Good morning. When are you open today?",
  reply,
  // Fast providers of the real kind: before the head, and before each piece, in milliseconds.
  paces: [[150, 0], [150, 5], [120, 5]],
};

/** All of it, running. */
export async function startScene() {
  const running = [];
  const keep = async (starting) => {
    const started = await starting;
    running.push(started);
    return started;
  };
  const stop = async () => {
    for (const { stop } of running.splice(0).reverse()) await stop();
  };
  try {
    const pbx = await keep(startPbx());
    const providers = await keep(startProviders());
    await json(`${providers.anthropic}/_sim/script`, { method: "PUT", value: script });
    const variables = {
      BASMA_DN: desk,
      BASMA_FALLBACK_EXTENSION: "104",
      BASMA_GREETING: "Hello, this is Basma.",
      BASMA_CONSENT: "A machine listens to this call.",
      ANTHROPIC_API_KEY: providers.anthropic_key,
      ANTHROPIC_BASE_URL: providers.anthropic,
      OPENAI_API_KEY: providers.openai_key,
      OPENAI_BASE_URL: providers.openai,
    };
    const workerd = await keep(startWorkerd([ours("voice", pbx, "always", { variables })]));
    // How calls ended, as the Worker's log has it, oldest first.
    const reports = () => workerd.lines.filter((line) => line.includes('"voice_call_ended"')).map((line) => JSON.parse(line));
    const scene = { pbx, providers, workerd, pid: workerd.pid, reports, stop };
    const isLive = async () => (await callTool(workerd.url("voice"), "get_active_calls", {})).live;
    await until("the live link", isLive);
    return scene;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Polls until there is something. */
export async function until(what, look, patience = 20_000) {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(100);
  }
}

/** What the providers were asked since it was last forgotten. */
export const asked = (scene) => json(`${scene.providers.anthropic}/_sim/asked`);
export const forgetAsked = (scene) => http(`${scene.providers.anthropic}/_sim/asked`, { method: "DELETE" });

/** The voice of tests/audio from its first to its last sound, as a file that can be said. */
export function voice() {
  const file = readFileSync(join(root, "tests", "audio", "english.wav"));
  const samples = new Int16Array(file.buffer.slice(file.byteOffset + 44, file.byteOffset + file.length));
  const isLoud = [];
  for (let at = 0; at + frame <= samples.length; at += frame) {
    const sum = samples.subarray(at, at + frame).reduce((sum, sample) => sum + sample * sample, 0);
    isLoud.push(Math.sqrt(sum / frame) > loud);
  }
  const sound = samples.subarray(isLoud.indexOf(true) * frame, (isLoud.lastIndexOf(true) + 1) * frame);
  const head = Buffer.from(file.subarray(0, 44));
  head.writeUInt32LE(sound.byteLength + 36, 4);
  head.writeUInt32LE(sound.byteLength, 40);
  return Buffer.concat([head, Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength)]);
}

/** A caller and the call. */
export class Caller {
  constructor(scene, from, callid) {
    Object.assign(this, { scene, from, callid });
  }

  /** It rings at Basma's, and she has said who she is and what listens. */
  static async ring(scene, from) {
    await forgetAsked(scene);
    const call = { from, name: "Bench", to: desk };
    const { callid } = await json(`${scene.pbx.url}/_sim/inbound`, { value: call });
    const caller = new Caller(scene, from, callid);
    // Before it rings there is no sound of it.
    await until("the call to ring", () => caller.pieces().catch(() => undefined));
    await caller.hears(0);
    // Greeting, announcement, and six phrases that she keeps in hand.
    await until("the phrases in hand", async () =>
      (await asked(scene)).filter(({ ended_us: ended }) => ended).length >= 8);
    return caller;
  }

  /** What came for the ear after a moment: `[when, samples, loudness]`, piece by piece. */
  pieces(afterUs = 0) {
    return json(`${this.scene.pbx.url}/_sim/audio/${this.callid}/pieces/${afterUs}`);
  }

  /** Says a file. */
  async say(file) {
    return JSON.parse(await http(`${this.scene.pbx.url}/_sim/audio/${this.callid}/say`, { method: "POST", body: file }));
  }

  /** Waits until something was said after a moment and it is quiet again: when it began to come. */
  async hears(afterUs) {
    let [seen, first, last] = [afterUs, undefined, undefined];
    await until("words", async () => {
      for (const [at, , loudness] of await this.pieces(seen)) {
        seen = at;
        if (loudness <= loud) continue;
        first ??= at;
        last = at;
      }
      return first && seen - last > quietUs;
    });
    return first;
  }

  /** Ends the call; how it was, as the Worker counts it. Calls that end at once may be taken for each other. */
  async hangUp() {
    const known = this.scene.reports().length;
    await json(`${this.scene.pbx.url}/_sim/party`, { value: { who: this.from, does: "hang_up" } });
    return until("the report of the call", () => this.scene.reports()[known]);
  }
}
