/**
 * The session in which the scenarios run: one code-server with the extension, one browser window, the Ollama-compatible
 * server, and the folders to open. Hides where their files are and which evidence is kept when a scenario fails.
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
  "workbench.hover.delay": 600_000, // an item's hover would cover the next item to click
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/** Limits that let a small model on a small machine read a prompt in seconds. */
const LIMITS = {
  "sourcewise.embedding.questionSeconds": 60, // so that the results do not depend on the machine's load
  "sourcewise.llm.contextTokens": 900,
  "sourcewise.llm.maxAnswerTokens": 100,
};

/** Long, because a machine under load is slow. */
const TIMEOUT_MS = 60_000;
const SET_UP_MS = 600_000;
const PANEL_WIDTH = 420;

/**
 * @typedef {{python: string, vsix: string, output: string, reuse: boolean, say: (message: string) => void}} Plan
 *   `python`: a Python with the test dependencies; `output`: a folder for screenshots and evidence of failures;
 *   `reuse`: whether to reuse the profile and Python environment of an earlier run instead of starting with none
 */

/**
 * @param {Plan} plan
 * @returns {Promise<Session>} a session that the caller must close
 */
export async function startSession(plan) {
  const codeServer = await ensureCodeServer(plan.say);
  const chromium = await ensureChromium(plan.say);
  const root = plan.reuse ? path.join(tmpdir(), "sourcewise-e2e") : mkdtempSync(path.join(tmpdir(), "sourcewise-e2e-"));
  const session = new Session(plan, codeServer, root);
  try {
    await session.start(chromium);
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

/**
 * Registers a test that runs in the session. When it fails, it keeps evidence, and the spec's later scenarios, which
 * build on it, are skipped.
 *
 * @param {Session} session
 * @param {string} name the expected behaviour
 * @param {() => Promise<void>} run
 */
export function scenario(session, name, run) {
  test(name, async (context) => {
    if (session.hasFailed) return context.skip("an earlier scenario failed");
    try {
      await run();
    } catch (error) {
      session.hasFailed = true;
      const place = await session.keepEvidence(name);
      throw new Error(`${error.message}\nA screenshot and logs are in ${place}`, { cause: error });
    }
  });
}

/** The session that this file's header describes. */
class Session {
  #closers = [];
  #console = [];
  #output = [];

  /** Whether a scenario of the current spec has failed. */
  hasFailed = false;

  constructor(plan, codeServer, root) {
    this.plan = plan;
    this.codeServer = codeServer;
    this.root = root;
    this.home = path.join(root, "home");
    this.codebase = path.join(root, "workspaces", "library");
    this.hostileCodebase = path.join(root, "workspaces", "hostile");
    this.profile = { userData: path.join(root, "user-data"), extensions: path.join(root, "extensions") };
  }

  async start(chromium) {
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
   * Starts another code-server, which stops when the session closes.
   *
   * @param {Partial<Parameters<typeof startCodeServer>[1]>} options in addition to the session's default options
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

  /** Points the page objects to the given page. */
  useWindow(page) {
    this.page = page;
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on("dialog", (dialog) => dialog.accept()); // leaving a page with unsaved text opens a dialog
    page.on("console", (message) => this.#console.push(`${message.type()}: ${message.text()}`));
    this.workbench = new Workbench(page);
    this.panel = new Panel(page);
    this.quickPick = new QuickPick(page);
  }

  /** Opens a folder in the window, and Sourcewise's panel. */
  async openFolder(folder, file) {
    await this.workbench.open(this.server.addressOf(folder, file));
    await this.showPanel();
  }

  async showPanel() {
    await this.workbench.run("Sourcewise: Ask");
    await this.panel.body.waitFor();
    await this.workbench.widenSideBar(PANEL_WIDTH);
  }

  /** Sets up the Python environment, unless an earlier run did. */
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

  /** Opens the sample code base and waits until it is fully indexed, which enables semantic search. */
  async openCodebase(file) {
    await this.openFolder(this.codebase, file);
    await this.panel.untilIndexed();
  }

  /** @returns {string} the given lines of a file of the sample code base, counted from 1, both included */
  linesOf(file, first, last) {
    const lines = readFileSync(path.join(this.codebase, file), "utf8").split("\n");
    return lines.slice(first - 1, last).join("\n");
  }

  /** Selects the model: `parrot`, which repeats quoted text, or a real one. */
  async useModel(name) {
    this.changeSettings({ "sourcewise.llm.model": name }, "Machine");
    await this.panel.footer.filter({ hasText: name }).waitFor();
  }

  /** Changes settings by editing the settings file; `undefined` removes a setting. */
  changeSettings(changes, kind = "User") {
    const file = path.join(this.profile.userData, kind, "settings.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...changes }, null, 2));
  }

  /** Saves screenshots of the window in a dark and a light theme. */
  async screenshot(name) {
    const folder = path.join(this.plan.output, "screenshots");
    for (const scheme of ["dark", "light"]) {
      await this.workbench.useTheme(scheme);
      if (await this.panel.body.isVisible()) await this.panel.untilThemed(scheme);
      await this.page.screenshot({ path: path.join(folder, `${name}-${scheme}.png`) });
    }
  }

  /** Saves a screenshot and logs for debugging a failure. @returns {Promise<string>} their folder */
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

  /** Stops everything that the session started, and deletes the profile unless it will be reused. */
  async close() {
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
