/** Connects to a server process. Hides vscode-languageclient: its states, its own restarts and its pop-ups. */
import { once } from "node:events";
import type { CancellationToken, LogOutputChannel } from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  type Middleware,
  RevealOutputChannelOn,
} from "vscode-languageclient/node";
import { pythonVariables } from "../../../server/installer/programs.mjs";
import { serverSettings } from "../settings";
import type { Connection } from "./client";
import type { CommandLine } from "./commandLine";
import { messagesWithoutLinks } from "./safeMessages";

const CLIENT_ID = "sourcewise";
const START_MS = 60_000;

/** The parameters of a connection. */
export interface ConnectionParts {
  readonly commandLine: CommandLine;
  /** The working directory: an existing folder without any of the user's files. */
  readonly folder: string;
  readonly log: LogOutputChannel;
  readonly middleware: Middleware;
}

/** Creates a connection. Does not start the server. */
export function makeConnection({ commandLine, folder, log, middleware }: ConnectionParts): Connection {
  const ended = new AbortController();
  const { command, args } = commandLine;
  const client = new QuietClient(
    CLIENT_ID,
    "Sourcewise",
    { command, args: [...args], options: { cwd: folder, env: pythonVariables(process.env) } },
    clientOptions(log, middleware, () => ended.abort()),
  );
  return new LanguageClientConnection(client, ended);
}

class LanguageClientConnection implements Connection {
  readonly ended: AbortSignal;

  constructor(
    private readonly client: LanguageClient,
    private readonly ending: AbortController,
  ) {
    this.ended = ending.signal;
  }

  async start(): Promise<void> {
    const tooLate = AbortSignal.timeout(START_MS);
    const late = once(tooLate, "abort").then(() => Promise.reject(new Error("it did not answer within a minute")));
    await Promise.race([this.client.start(), late]);
  }

  async stop(): Promise<void> {
    // Ignore errors while stopping: the client kills a process that does not exit.
    await this.client.dispose().catch(() => undefined);
    this.ending.abort();
  }

  sendRequest(method: string, params: unknown, token?: CancellationToken): Promise<unknown> {
    // An undefined token would be sent to the server as a second parameter.
    return token ? this.client.sendRequest(method, params, token) : this.client.sendRequest(method, params);
  }

  onNotification(method: string, handler: (params: unknown) => void): void {
    this.client.onNotification(method, handler);
  }
}

/** A client that only logs its errors and shows no pop-ups. The state of the `Server` reports failures to the user. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

function clientOptions(log: LogOutputChannel, middleware: Middleware, onClosed: () => void): LanguageClientOptions {
  return {
    documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
    outputChannel: log,
    traceOutputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: serverSettings,
    initializationFailedHandler: () => false,
    connectionOptions: { messageStrategy: messagesWithoutLinks },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        onClosed();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
    middleware,
  };
}
