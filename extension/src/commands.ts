/** The table of all commands: command ID to handler. If a handler fails, the user sees an error notification. */
import * as vscode from "vscode";
import { COMMAND_IDS, type CommandId } from "./commandIds";
import type { PythonEnvironment } from "./environment/environment";
import { diagnose } from "./features/diagnose";
import { explainThis } from "./features/explain";
import { excludeChosen, pause, rebuild, why } from "./features/indexing";
import { showChunks, showSkipped } from "./features/inspection";
import { findSimilar, searchByMeaning } from "./features/search";
import { showMenu } from "./features/status";
import { showFailure, showingFailures } from "./notifications/failures";
import { revokeConsent } from "./panel/consent";
import type { Panel } from "./panel/panel";
import type { Server } from "./server/client";
import { hasFolders } from "./server/launch";

const WALKTHROUGH = "sourcewise.sourcewise#start";

/** The parts of the extension that command handlers use. */
export interface CommandParts {
  readonly extension: vscode.Extension<unknown>;
  readonly log: vscode.LogOutputChannel;
  readonly environment: PythonEnvironment;
  readonly server: Server;
  readonly panel: Panel;
}

/** A command handler. Its arguments come from a menu, a link or a key binding and are not validated. */
type Handler = (...args: unknown[]) => unknown;

/** Creates the handler of each command. */
export const COMMANDS: Readonly<Record<CommandId, (parts: CommandParts) => Handler>> = {
  "sourcewise.ask":
    ({ panel }) =>
    () =>
      panel.reveal(),
  "sourcewise.newChat":
    ({ panel }) =>
    () =>
      panel.newChat(),
  "sourcewise.explain": withServer(
    ({ panel }) =>
      (selection) =>
        explainThis(panel, selection),
  ),
  "sourcewise.search": withServer(
    ({ server, log }) =>
      () =>
        searchByMeaning(server, (error) => showFailure(error, log)),
  ),
  "sourcewise.findSimilar": withServer(
    ({ server, log }) =>
      () =>
        findSimilar(server, (error) => showFailure(error, log)),
  ),
  "sourcewise.showMenu":
    ({ server, environment }) =>
    () =>
      showMenu(server, environment),
  "sourcewise.pause": withServer(
    ({ server }) =>
      () =>
        pause(server, true),
  ),
  "sourcewise.resume": withServer(
    ({ server }) =>
      () =>
        pause(server, false),
  ),
  "sourcewise.rebuild": withServer(
    ({ server }) =>
      () =>
        rebuild(server),
  ),
  "sourcewise.why": withServer(
    ({ server }) =>
      (file) =>
        why(server, file),
  ),
  "sourcewise.showChunks": withServer(
    ({ server, log }) =>
      (file) =>
        showChunks(server, file, (error) => showFailure(error, log)),
  ),
  "sourcewise.showSkipped": withServer(
    ({ server }) =>
      () =>
        showSkipped(server),
  ),
  "sourcewise.exclude": () => (file, all) => excludeChosen(file, all),
  "sourcewise.showLog":
    ({ log }) =>
    () =>
      log.show(),
  "sourcewise.diagnose":
    ({ extension, server, environment }) =>
    () =>
      diagnose(extension, server, environment),
  "sourcewise.restart":
    ({ server }) =>
    () =>
      server.restart(),
  "sourcewise.setUp": (parts) => () => setUp(parts),
  "sourcewise.pullModel": withServer(
    ({ panel }) =>
      () =>
        panel.chooseDownload(),
  ),
  "sourcewise.revokeConsent": withServer(
    ({ server }) =>
      () =>
        revokeConsent(server),
  ),
  "sourcewise.openWalkthrough": () => () =>
    vscode.commands.executeCommand("workbench.action.openWalkthrough", WALKTHROUGH),
};

/** Registers all commands with the editor. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  return vscode.Disposable.from(
    ...COMMAND_IDS.map((id) => vscode.commands.registerCommand(id, showingFailures(COMMANDS[id](parts), parts.log))),
  );
}

/** Wraps a handler that needs the server: makes sure that the server runs before the handler is called. */
function withServer(make: (parts: CommandParts) => Handler): (parts: CommandParts) => Handler {
  return (parts) => {
    const handler = make(parts);
    return async (...args) => {
      await ensureRunning(parts);
      await handler(...args);
    };
  };
}

/** Starts the server unless it is running, and sets up the Python environment first if needed. */
async function ensureRunning({ server, environment }: CommandParts): Promise<void> {
  if (server.state.kind !== "running" && environment.state.kind !== "ready") await environment.setUp();
  await server.start();
}

async function setUp({ server, environment }: CommandParts): Promise<void> {
  await environment.setUp();
  if (hasFolders()) await server.restart();
}
