// A call in which the caller asks and Basma answers, again and again; what each turn took, and whose time it was.

import { setTimeout as sleep } from "node:timers/promises";

import { asked, firstSentence, forgetAsked, voice } from "./scene.mjs";

/** So much silence ends an utterance; see ENDS_AFTER in src/basma/voice_activity.rs. */
export const hangoverMs = 600;

/** Asks `turns` times, a turn every `everyMs` or as soon as it is quiet. */
export async function talk(caller, { turns, everyMs = 0 }) {
  const file = voice();
  const rows = [];
  const begun = performance.now();
  for (let turn = 0; turn < turns; turn += 1) {
    const due = begun + turn * everyMs;
    // Not always at the same moment of a frame.
    const pause = Math.max(due - performance.now(), 0) + (turn * 37) % 100;
    await sleep(pause);
    await forgetAsked(caller.scene);
    const said = await caller.say(file);
    const heard = await caller.hears(said.ends_us);
    rows.push(divided(said.ends_us, await asked(caller.scene), heard));
  }
  return rows;
}

/** The same where nobody looks at the providers, because others talk, too. */
export async function chat(caller, turns) {
  const file = voice();
  for (let turn = 0; turn < turns; turn += 1) {
    const said = await caller.say(file);
    await caller.hears(said.ends_us);
  }
}

/** Whose time a turn was, in milliseconds. Every moment between end of speech and first frame is in one of the parts. */
function divided(endsUs, requests, heardUs) {
  const of = (name) => {
    const all = requests.filter(({ provider }) => provider === name);
    if (all.length === 0) throw new Error(`the ${name} was not asked`);
    return all[0];
  };
  const [hearing, mind, speech] = ["hearing", "mind", "speech"].map(of);
  const transcribed = hearing.pieces.at(-1)[0];
  const thought = saidAt(mind.pieces);
  const spoken = speech.pieces[0][0];
  const ms = (from, to) => (to - from) / 1000;
  const parts = {
    "end of speech → transcription asked, less the silence": ms(endsUs, hearing.at_us) - hangoverMs,
    "transcript → mind asked": ms(transcribed, mind.at_us),
    "first sentence → speech asked": ms(thought, speech.at_us),
    "first speech → first frame": ms(spoken, heardUs),
  };
  const providers = ms(hearing.at_us, transcribed) + ms(mind.at_us, thought) + ms(speech.at_us, spoken);
  const whole = ms(endsUs, heardUs);
  return { whole, providers, share: whole - providers - hangoverMs, parts };
}

/** When so much of a reply was out that its first sentence is known to be one: with the letter behind it. */
function saidAt(pieces) {
  let text = "";
  for (const [at, piece] of pieces) {
    text += piece;
    // The last line may be cut anywhere.
    const lines = text.split("\n").slice(0, -1).filter((line) => line.startsWith("data: "));
    const events = lines.map((line) => JSON.parse(line.slice(6)));
    const words = events.filter(({ type }) => type === "content_block_delta");
    const said = words.map(({ delta }) => delta.text).join("");
    if (said.includes(`${firstSentence} `)) return at;
  }
  throw new Error("the mind did not say its first sentence");
}
