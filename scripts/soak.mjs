// `npm run soak`: the stories of the live link at full length: every loss of the link, and the
// losses that are found only after a minute and a half of silence.

import { build } from "./build.mjs";
import { main, prepare, run, step } from "./toolchain.mjs";

/** 1: two hundred losses; 5: a thousand. */
const times = process.env.SOAK ?? "1";

main(async () => {
  await prepare();
  await step("The Worker builds", build);
  await step("Losses of the live link", () =>
    run(
      "cargo",
      ["test", "--package", "threecx-mcp-edge", "--test", "stories", "live::", "--", "--nocapture", "--include-ignored"],
      { env: { SOAK: times } },
    ),
  );
});
