// A Chromium for the story that opens the pages (tests/clients/browser.mjs), where this machine is a Debian
// and ours to change. Without one that story says that it was skipped: nothing else needs a browser.

import { platform } from "node:os";

import { find } from "../tests/clients/browser/chromium.mjs";
import { run, step, succeeds } from "./toolchain.mjs";

/** Installs the distribution's Chromium if there is none; that it cannot be had is said, and is no failure. */
export async function browser() {
  if (find()) return;
  if (platform() !== "linux" || process.getuid() !== 0 || !succeeds("apt-get", ["--version"])) {
    console.log("  No Chromium: the pages will not be opened in a browser (CHROMIUM can name one)");
    return;
  }
  await step("Installing Chromium from the distribution (about 100 MB, once per machine)", async () => {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    try {
      await run("apt-get", ["update", "--quiet"], { env });
      // The font has Arabic letters, for whoever looks at the pictures.
      await run("apt-get", ["install", "--yes", "--quiet", "--no-install-recommends", "chromium", "fonts-dejavu-core"], { env });
    } catch (error) {
      console.log(`  No Chromium, so the pages will not be opened in a browser: ${error.message}`);
    }
  });
}
