/**
 * A breakpoint in the extension's TypeScript is hit in the extension host that F5 starts: with the configuration
 * "Extension" of `.vscode/launch.json`, in code-server with its JavaScript debugger. The breakpoint is set through the
 * source map and through Node's inspector, because under code-server that debugger fails to reach the inspector. The
 * server's breakpoint has a test of its own, `tests/extension/server/debugging.test.ts`.
 *
 *   node tests/e2e/debugging.mjs
 */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import WebSocket from "ws";
import { watchExtension } from "../../extension/build.mjs";
import { ensureCodeServer, startCodeServer } from "../../extension/codeServer.mjs";
import { configureDevelopment, ensureChromium, openBrowser } from "./browser.mjs";
import { eventually } from "./eventually.mjs";

const ROOT = path.join(import.meta.dirname, "..", "..");
const SOURCE = path.join(ROOT, "extension", "src", "extension.ts");
const BUNDLE = path.join(ROOT, "extension", "dist", "extension.js");
const STATEMENT = "const begin = performance.now();";
const EVIDENCE = path.join(ROOT, "build", "e2e", "debugging.png");
const PATIENCE_MS = 60_000;
const EFFECT_MS = 4000;
const SETTINGS = {
  "chat.disableAIFeatures": true,
  "debug.toolBarLocation": "hidden",
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "none",
};

const say = (message) => process.stderr.write(`e2e: ${message}\n`);
const closers = [];
const output = [];
let page;

before(async () => {
  const codeServer = await ensureCodeServer(say);
  const chromium = await ensureChromium(say);
  closers.push(await watchExtension(ROOT, say));
  const root = mkdtempSync(path.join(tmpdir(), "sourcewise-debugging-"));
  closers.push(() => rmSync(root, { recursive: true, maxRetries: 5 }));
  const profile = { userData: path.join(root, "user-data"), extensions: path.join(root, "extensions") };
  addJavaScriptDebugger(codeServer, profile.extensions);
  const workspace = makeWorkspace(path.join(root, "workspace"));
  const server = await startCodeServer(codeServer, {
    ...profile,
    settings: SETTINGS,
    onOutput: (text) => output.push(text),
  });
  closers.push(() => server.stop());
  const browser = await openBrowser(chromium);
  closers.push(() => browser.close());
  // Without it, a built workbench for the browser ignores which extension the new window is to develop.
  await configureDevelopment(browser, { enableSmokeTestDriver: true });
  page = browser.pages()[0];
  page.setDefaultTimeout(PATIENCE_MS);
  await page.addInitScript(keepOpenedAddress);
  await page.goto(server.addressOf(workspace, SOURCE));
  await page.locator(".view-lines").first().waitFor();
});

after(async () => {
  for (const close of closers.reverse()) await close();
});

test("F5 starts an extension host that stops at a breakpoint in TypeScript", { timeout: 4 * PATIENCE_MS }, async () => {
  try {
    await openDevelopmentWindow();
    const inspector = await Inspector.connect(
      await eventually("the extension host waits for a debugger", inspectorUrl),
    );
    closers.push(() => inspector.close());
    const frame = await stopAt(inspector, breakpoint());
    assert.equal(frame.functionName, "activate");
    assert.deepEqual(originalOf(frame.location), { file: SOURCE, line: lineOf(SOURCE, STATEMENT) });
  } catch (error) {
    mkdirSync(path.dirname(EVIDENCE), { recursive: true });
    await page.screenshot({ path: EVIDENCE });
    throw new Error(`${error.message}\nWhat could be seen then is in ${EVIDENCE}`, { cause: error });
  }
});

/** Sets a breakpoint as a debugger does, lets the process go, and resolves to the frame in which it stops there. */
async function stopAt(inspector, { lineNumber, columnNumber }) {
  await inspector.request("Runtime.enable");
  await inspector.request("Debugger.enable");
  const url = pathToFileURL(BUNDLE).href;
  const { breakpointId } = await inspector.request("Debugger.setBreakpointByUrl", { url, lineNumber, columnNumber });
  const stopped = inspector.paused(breakpointId);
  await inspector.request("Runtime.runIfWaitingForDebugger");
  return stopped;
}

/** Where the statement is in the bundle, counted from 0. */
function breakpoint() {
  const lineNumber = lineOf(BUNDLE, STATEMENT) - 1;
  const line = readFileSync(BUNDLE, "utf8").split("\n")[lineNumber];
  return { lineNumber, columnNumber: line.search(/\S/) };
}

/** Where a place of the bundle comes from, by its source map. */
function originalOf({ lineNumber, columnNumber }) {
  const map = new SourceMap(JSON.parse(readFileSync(`${BUNDLE}.map`, "utf8")));
  const { originalSource, originalLine } = map.findEntry(lineNumber, columnNumber);
  return { file: path.resolve(path.dirname(BUNDLE), originalSource), line: originalLine + 1 };
}

function lineOf(file, statement) {
  const index = readFileSync(file, "utf8")
    .split("\n")
    .findIndex((line) => line.trim() === statement);
  assert.ok(index >= 0, `${file} lacks: ${statement}`);
  return index + 1;
}

function inspectorUrl() {
  return /Debugger listening on (ws:\S+)/.exec(output.join(""))?.[1];
}

/** A client of the inspector of Node. Hides the socket and the numbers of requests. */
class Inspector {
  #events = new EventEmitter();
  #sent = 0;

  constructor(socket) {
    this.socket = socket;
    socket.on("message", (data) => {
      const { id, method, params, result, error } = JSON.parse(String(data));
      this.#events.emit(method ?? `response ${id}`, params ?? { result, error });
    });
  }

  static async connect(url) {
    const socket = new WebSocket(url);
    await once(socket, "open");
    return new Inspector(socket);
  }

  async request(method, params = {}) {
    const id = ++this.#sent;
    const response = once(this.#events, `response ${id}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    this.socket.send(JSON.stringify({ id, method, params }));
    const [{ result, error }] = await response;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Resolves to the top frame at the breakpoint; other stops, such as that of --inspect-brk, are passed. */
  async paused(breakpointId) {
    for (;;) {
      const [stop] = await once(this.#events, "Debugger.paused", { signal: AbortSignal.timeout(PATIENCE_MS) });
      if (stop.hitBreakpoints?.includes(breakpointId)) return stop.callFrames[0];
      await this.request("Debugger.resume");
    }
  }

  close() {
    this.socket.terminate();
  }
}

/**
 * Runs in the page: keeps the address of the window that F5 opens. A window that a page opens begins to load before it
 * can be configured.
 */
function keepOpenedAddress() {
  globalThis.open = (address) => {
    globalThis.openedAddress = String(address);
    return globalThis;
  };
}

async function openDevelopmentWindow() {
  // Until the debugger is there, F5 has no effect.
  const address = await eventually("F5 opens a window", async () => {
    await page.locator(".view-lines").first().click();
    await page.keyboard.press("F5");
    await page.waitForTimeout(EFFECT_MS);
    return page.evaluate(() => globalThis.openedAddress);
  });
  const window = await page.context().newPage();
  await window.goto(address);
  await page.bringToFront();
}

/** The extension is what the other tests do without; it is among those that were moved aside. */
function addJavaScriptDebugger({ entry }, extensions) {
  const vscode = path.join(path.dirname(entry), "..", "..", "lib", "vscode");
  const name = "ms-vscode.js-debug";
  cpSync(path.join(vscode, "unused-extensions", name), path.join(extensions, name), { recursive: true });
}

/**
 * Makes a folder with the configuration of the repository. The watch build runs already: a task would need a terminal,
 * which this code-server lacks.
 */
function makeWorkspace(folder) {
  const text = readFileSync(path.join(ROOT, ".vscode", "launch.json"), "utf8");
  const launch = JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, "").replaceAll("${workspaceFolder}", ROOT));
  const { preLaunchTask, ...configuration } = launch.configurations.find(({ name }) => name === "Extension");
  assert.equal(preLaunchTask, "watch");
  mkdirSync(path.join(folder, ".vscode"), { recursive: true });
  const alone = { version: launch.version, configurations: [configuration] };
  writeFileSync(path.join(folder, ".vscode", "launch.json"), JSON.stringify(alone));
  return folder;
}
