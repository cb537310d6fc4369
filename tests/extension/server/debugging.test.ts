/** A breakpoint in the server's Python code is hit in the process that F5 starts: see `.vscode/launch.json`. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMessageConnection, type MessageConnection } from "vscode-jsonrpc/node";
import { sourceServer } from "../../../extension/src/environment/development";
import { debuggedServerCommand } from "../../../extension/src/server/commandLine";
import { pythonVariables } from "../../../server/installer/programs.mjs";
import { DebugAdapter } from "../support/debugAdapter";

const ROOT = path.join(import.meta.dirname, "..", "..", "..");
const FILE = path.join(ROOT, "server", "sourcewise", "lsp", "server.py");
const TEST_MS = 60_000;

let home: string;
let server: ChildProcessWithoutNullStreams;
let editor: MessageConnection;
let port: number;

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), "sourcewise-debugging-"));
  port = await freePort();
  const sources = sourceServer({ folder: ROOT, isInDevelopment: true }, { SOURCEWISE_DEBUG_PORT: String(port) });
  if (!sources || !existsSync(sources.python)) throw new Error("There is no environment. Run: npm test -- extension");
  const { command, args } = debuggedServerCommand(sources);
  server = spawn(command, args, { cwd: home, env: { ...pythonVariables(process.env), SOURCEWISE_HOME: home } });
  server.stderr.resume();
  editor = createMessageConnection(server.stdout, server.stdin);
  editor.listen();
});

afterEach(async () => {
  editor.dispose();
  const ended = new Promise((resolve) => server.once("close", resolve));
  server.kill("SIGKILL");
  await ended;
  rmSync(home, { recursive: true, maxRetries: 5 });
});

describe("the debugged server", () => {
  it("stops at a breakpoint, and answers once it is continued", { timeout: TEST_MS }, async () => {
    const line = lineOf("self._options = params.initialization_options");
    const adapter = await DebugAdapter.connect(port);
    await adapter.request("initialize", { adapterID: "debugpy", pathFormat: "path" });
    const initialized = adapter.event("initialized");
    const attached = adapter.request("attach", { justMyCode: true });
    await initialized;
    const set = await adapter.request("setBreakpoints", { source: { path: FILE }, breakpoints: [{ line }] });
    expect(set).toMatchObject({ breakpoints: [{ verified: true, line }] });
    await adapter.request("configurationDone");
    await attached;

    const stopped = adapter.event("stopped");
    let isAnswered = false;
    const answer = initialize().finally(() => (isAnswered = true));
    const { reason, threadId } = (await stopped) as { reason: string; threadId: number };
    expect(reason).toBe("breakpoint");
    const stack = await adapter.request("stackTrace", { threadId, levels: 1 });
    expect(stack).toMatchObject({ stackFrames: [{ line, source: { path: FILE } }] });
    expect(isAnswered).toBe(false);

    await adapter.request("continue", { threadId });
    expect(await answer).toMatchObject({ serverInfo: { name: "sourcewise" } });
    adapter.close();
  });

  it("answers without a debugger", { timeout: TEST_MS }, async () => {
    expect(await initialize()).toMatchObject({ serverInfo: { name: "sourcewise" } });
  });
});

function initialize(): Promise<unknown> {
  return editor.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
}

function lineOf(statement: string): number {
  const index = readFileSync(FILE, "utf8")
    .split("\n")
    .findIndex((line) => line.trim() === statement);
  if (index < 0) throw new Error(`${FILE} lacks: ${statement}`);
  return index + 1;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, "127.0.0.1", () => {
      const address = listener.address();
      listener.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
