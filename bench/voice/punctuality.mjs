// Whether sound came in time: frames against the clock that the first piece began, and what an ear without a
// buffer made of it. And how well this very machine keeps a clock, for whoever wants to know whose fault it was.

const rate = 8_000;
const frame = 160;
const frameUs = (frame * 1e6) / rate;

/** Of pieces `[when, samples]` as they came. */
export function punctuality(pieces) {
  const begun = pieces[0][0];
  const gaps = { over20: 0, over40: 0 };
  let [frames, late, worst, samples, ear] = [0, 0, 0, 0, begun];
  for (const [at, count] of pieces) {
    // Nothing is left to be heard until this comes.
    if (at - ear > 20_000) gaps.over20 += 1;
    if (at - ear > 40_000) gaps.over40 += 1;
    ear = Math.max(ear, at) + (count * 1e6) / rate;
    samples += count;
    for (; (frames + 1) * frame <= samples; frames += 1) {
      const behind = at - begun - frames * frameUs;
      worst = Math.max(worst, behind);
      if (behind > 20_000) late += 1;
    }
  }
  return { frames, late, share: late / frames, worst: worst / 1000, gaps };
}

/** A timer of 20 ms in this process, until it is asked how often it was more than 20 ms late. */
export function startTimer() {
  const begun = performance.now();
  let [ticks, late, worst] = [0, 0, 0];
  const timer = setInterval(() => {
    const due = Math.floor((performance.now() - begun) / 20);
    const behind = (due - ticks - 1) * 20;
    worst = Math.max(worst, behind);
    // What is missed is late each for itself, as frames are.
    late += Math.max(due - ticks - 2, 0);
    ticks = due;
  }, 20);
  return () => {
    clearInterval(timer);
    return { ticks, late, worst };
  };
}
