/**
 * Everything that the scenarios play on: one code-server with the extension, one browser window, the Ollama-speaking
 * server, and the folders that are opened. Hides where all of it lies and what is kept when a scenario fails.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { ensureCodeServer, installExtension, startCodeServer } from "../../extension/codeServer.mjs";
import { ensureChromium, openBrowser } from "./browser.mjs";
import { makeCodebase, makeHostileCodebase } from "./codebases.mjs";
import { startOllama } from "./ollama.mjs";
import { Panel } from "./pages/panel.mjs";
import { QuickPick } from "./pages/quickPick.mjs";
import { Workbench } from "./pages/workbench.mjs";

const QUIET = {
  "chat.disableAIFeatures": true,
  "editor.hover.delay": 50,
  "editor.minimap.enabled": false,
  "extensions.autoUpdate": false,
  "git.enabled": false,
  "remote.autoForwardPorts": false,
  "security.workspace.trust.startupPrompt": "never",
  "telemetry.telemetryLevel": "off",
  "window.autoDetectColorScheme": true,
  "workbench.hover.delay": 600_000, // the hover of an item would lie over what is to be clicked next
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/** Prompts that a small model on a small machine reads in seconds. */
const LIMITS = {
  "sourcewise.embedding.questionSeconds": 60, // what is found does not depend on how busy the machine is
  "sourcewise.llm.contextTokens": 900,
  "sourcewise.llm.maxAnswerTokens": 100,
};

/** A machine that does other work besides is slow, and not broken. */
const PATIENCE_MS = 60_000;
const SET_UP_MS = 600_000;
const PANEL_WIDTH = 420;

/**
 * @typedef {{python: string, vsix: string, output: string, reuse: boolean, say: (message: string) => void}} Plan
 *   `python`: with what the tests need; `output`: a folder for screenshots and for what is kept of failures; `reuse`:
 *   whether the profile of an earlier run, with its environment, is taken instead of an empty one
 */

/**
 * @param {Plan} plan
 * @returns {Promise<Stage>} that must be struck
 */
export async function raiseStage(plan) {
  const codeServer = await ensureCodeServer(plan.say);
  const chromium = await ensureChromium(plan.say);
  const root = plan.reuse ? path.join(tmpdir(), "sourcewise-e2e") : mkdtempSync(path.join(tmpdir(), "sourcewise-e2e-"));
  const stage = new Stage(plan, codeServer, root);
  try {
    await stage.raise(chromium);
  } catch (error) {
    await stage.strike();
    throw error;
  }
  return stage;
}

/**
 * A test that plays on the stage and leaves evidence when it fails; what would build upon it is not played then.
 *
 * @param {Stage} stage
 * @param {string} name what must be so
 * @param {() => Promise<void>} play
 */
export function scenario(stage, name, play) {
  test(name, async (context) => {
    if (stage.isBroken) return context.skip("a scenario before it failed");
    try {
      await play();
    } catch (error) {
      stage.isBroken = true;
      const place = await stage.keepEvidence(name);
      throw new Error(`${error.message}\nWhat could be seen then is in ${place}`, { cause: error });
    }
  });
}

/** See the header. */
class Stage {
  #closers = [];
  #console = [];
  #output = [];

  /** Whether a scenario of the spec that is being played has failed. */
  isBroken = false;

  constructor(plan, codeServer, root) {
    this.plan = plan;
    this.codeServer = codeServer;
    this.root = root;
    this.home = path.join(root, "home");
    this.codebase = path.join(root, "workspaces", "library");
    this.hostileCodebase = path.join(root, "workspaces", "hostile");
    this.profile = { userData: path.join(root, "user-data"), extensions: path.join(root, "extensions") };
  }

  async raise(chromium) {
    const { plan } = this;
    rmSync(path.join(this.root, "workspaces"), { recursive: true, force: true });
    makeCodebase(this.codebase, plan.python);
    makeHostileCodebase(this.hostileCodebase);
    const models = ["--model-name", "codellama", "--model-name", "parrot"];
    this.ollama = this.#closing(await startOllama(plan.python, models), "stop");
    this.machineSettings = { ...LIMITS, "sourcewise.llm.endpoint": this.ollama.endpoint };
    await installExtension(this.codeServer, plan.vsix, this.profile);
    this.server = await this.startServer({});
    const browser = this.#closing(await openBrowser(chromium), "close");
    this.useWindow(browser.pages()[0]);
  }

  /**
   * Starts another code-server, which is stopped with the stage.
   *
   * @param {Partial<Parameters<typeof startCodeServer>[1]>} options beside those that all have
   */
  async startServer(options) {
    const running = await startCodeServer(this.codeServer, {
      ...this.profile,
      settings: QUIET,
      machineSettings: this.machineSettings,
      env: { SOURCEWISE_HOME: this.home },
      onOutput: (text) => this.#output.push(text),
      ...options,
    });
    return this.#closing(running, "stop");
  }

  /** Makes the page objects speak of this page. */
  useWindow(page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("dialog", (dialog) => dialog.accept()); // it asks about unsaved text when a page is left
    page.on("console", (message) => this.#console.push(`${message.type()}: ${message.text()}`));
    this.workbench = new Workbench(page);
    this.panel = new Panel(page);
    this.quickPick = new QuickPick(page);
  }

  /** Opens a folder in the window and its panel beside it. */
  async openFolder(folder, file) {
    await this.workbench.open(this.server.addressOf(folder, file));
    await this.showPanel();
  }

  async showPanel() {
    await this.workbench.run("Sourcewise: Ask");
    await this.panel.body.waitFor();
    await this.workbench.widenSideBar(PANEL_WIDTH);
  }

  /** Makes the Python environment, unless an earlier run did. */
  async setUpPython() {
    const { panel } = this;
    const button = panel.button("Set Up");
    await button
      .or(panel.footer.filter({ hasText: /\d/ }))
      .first()
      .waitFor();
    if (await button.isVisible()) await button.click();
    await panel.footer.filter({ hasText: /\d/ }).waitFor({ timeout: SET_UP_MS });
  }

  /** Opens the sample and waits until it can be searched by meaning. */
  async openCodebase(file) {
    await this.openFolder(this.codebase, file);
    await this.panel.untilIndexed();
  }

  /** @returns {string} lines of a file of the sample, counted from 1, both included */
  linesOf(file, first, last) {
    const lines = readFileSync(path.join(this.codebase, file), "utf8").split("\n");
    return lines.slice(first - 1, last).join("\n");
  }

  /** Lets the model that says what it is told to answer, or again the one that thinks. */
  async useModel(name) {
    this.changeSettings({ "sourcewise.llm.model": name }, "Machine");
    await this.panel.footer.filter({ hasText: name }).waitFor();
  }

  /** Changes settings as a user does who edits the file; `undefined` takes one away. */
  changeSettings(changes, kind = "User") {
    const file = path.join(this.profile.userData, kind, "settings.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...changes }, null, 2));
  }

  /** Keeps what the window shows, light and dark. */
  async screenshot(name) {
    const folder = path.join(this.plan.output, "screenshots");
    for (const scheme of ["dark", "light"]) {
      await this.workbench.useTheme(scheme);
      if (await this.panel.body.isVisible()) await this.panel.untilThemed(scheme);
      await this.page.screenshot({ path: path.join(folder, `${name}-${scheme}.png`) });
    }
  }

  /** @returns {Promise<string>} the folder with all that helps to understand a failure */
  async keepEvidence(name) {
    const folder = path.join(this.plan.output, "failures", name.replaceAll(/\W+/g, "-"));
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, "window.png") }).catch(() => {});
    writeFileSync(path.join(folder, "console.txt"), this.#console.join("\n"));
    writeFileSync(path.join(folder, "code-server.txt"), this.#output.join(""));
    const panel = await this.panel.body.innerHTML({ timeout: 1000 }).catch((error) => String(error));
    writeFileSync(path.join(folder, "panel.html"), panel);
    copyLogs(path.join(this.home, "logs"), path.join(folder, "server"));
    copyLogs(newestIn(path.join(this.profile.userData, "logs")), path.join(folder, "vscode"));
    return folder;
  }

  /** Ends all that was started; a profile that will not be reused goes. */
  async strike() {
    for (const close of this.#closers.reverse()) await close();
    if (!this.plan.reuse) rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  #closing(resource, method) {
    this.#closers.push(() => resource[method]());
    return resource;
  }
}

function copyLogs(from, to) {
  if (from && existsSync(from)) cpSync(from, to, { recursive: true });
}

function newestIn(folder) {
  const newest = existsSync(folder) && readdirSync(folder).sort().at(-1);
  return newest ? path.join(folder, newest) : undefined;
}
