/** Provides a Chromium for the tests. Hides how it is found or installed and which of its features are switched off. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { EnvironmentProblem } from "../../server/installer/problem.mjs";
import { capture } from "../../server/installer/processes.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DEBIAN_PACKAGES = ["chromium", "fonts-dejavu-core", "fonts-liberation"];
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

/**
 * @param {(message: string) => void} say receives progress messages
 * @returns {Promise<string>} the path of a Chromium
 * @throws {EnvironmentProblem} when none is found and it cannot be installed
 */
export async function ensureChromium(say) {
  const found = onPath();
  if (found) return found;
  if (process.getuid?.() === 0 && capture("apt-get", ["--version"]).status === 0) {
    say("Installing Chromium…");
    capture("apt-get", ["update", "--quiet"]);
    capture("apt-get", ["install", "--quiet", "--yes", ...DEBIAN_PACKAGES]);
  }
  const installed = onPath();
  if (installed) return installed;
  throw new EnvironmentProblem(
    "The end-to-end tests need Chromium, which is not on the PATH.",
    `Install Chromium or Google Chrome; on Debian: sudo apt-get install ${DEBIAN_PACKAGES.join(" ")}.`,
  );
}

/**
 * @param {string} executablePath
 * @returns {Promise<import("playwright-core").BrowserContext>} a window with a fresh profile
 */
export function openBrowser(executablePath) {
  return chromium.launchPersistentContext(mkdtempSync(path.join(tmpdir(), "sourcewise-browser-")), {
    executablePath,
    args: QUIET,
    viewport: { width: 1440, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
}

function onPath() {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const places = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return places.find((place) => capture(place, ["--version"]).status === 0);
}

/**
 * Sets the development options of every VS Code page that opens afterwards, for example which tests it runs. A built
 * workbench takes them only from its configuration, which it reads once.
 *
 * @param {Pick<import("playwright-core").Page, "addInitScript">} target a page, or the context of several
 * @param {object} developmentOptions
 */
export function configureDevelopment(target, developmentOptions) {
  return target.addInitScript((options) => {
    const { document } = globalThis;
    document.addEventListener("readystatechange", () => {
      const element = document.getElementById("vscode-workbench-web-configuration");
      if (document.readyState !== "interactive" || !element) return;
      const settings = JSON.parse(element.getAttribute("data-settings"));
      element.setAttribute("data-settings", JSON.stringify({ ...settings, developmentOptions: options }));
    });
  }, developmentOptions);
}
