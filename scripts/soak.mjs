// `npm run soak`: at full length: ten thousand attempts to call and five thousand to send in storms, every
// loss of the live link by sockets and by panics, the losses that are found only after a minute and a half
// of silence, a thousand followers of live events, a hundred thousand rows of history, five hundred calls
// that MasterLinc is asked about while it fails, three hundred that Basma answers while everything fails, and
// one of fifteen minutes in which every frame is in time.

import { build, buildDrill } from "./build.mjs";
import { main, prepare, run, step } from "./toolchain.mjs";

/** 1: ten thousand attempts to call, five thousand to send, two hundred losses of sockets and two hundred
 * panics; 5: five times as many. */
const times = process.env.SOAK ?? "1";

main(async () => {
  await prepare();
  await step("Calls of Basma by a clock of their own", () =>
    run("cargo", ["test", "--package", "threecx-mcp-edge", "--lib", "basma::", "--", "--nocapture"], {
      env: { SOAK: times },
    }),
  );
  await step("The Worker builds", build);
  await step("The Worker that tests can break builds", buildDrill);
  await step("Attempts to call and to send in storms, losses of the live link, a thousand followers, and a hundred thousand rows", () =>
    run(
      "cargo",
      ["test", "--package", "threecx-mcp-edge", "--test", "stories", "--", "storm::", "live::", "events::", "memory::", "linc::crowd", "voice::chaos", "--nocapture", "--include-ignored"],
      { env: { SOAK: times } },
    ),
  );
  // By itself: the machine is to be there for it.
  await step("A call of fifteen minutes", () =>
    run(
      "cargo",
      ["test", "--package", "threecx-mcp-edge", "--test", "stories", "--", "voice::long", "--nocapture"],
      { env: { SOAK: times } },
    ),
  );
});
