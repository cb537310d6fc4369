/**
 * The extension's own Python environment. It is in the extension's global storage and is never the user's. Hides its
 * location, how it is created and from which Python, and which settings affect it.
 */
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import * as vscode from "vscode";
import type { Event } from "vscode-jsonrpc";
import { takeLease } from "../../../server/installer/leases.mjs";
import { type ExtensionRequest, extensionPlace, type Place } from "../../../server/installer/places.mjs";
import { isReady, wasReady } from "../../../server/installer/stamp.mjs";
import { withProgress } from "../notifications/notifications";
import { settingOf } from "../settings";
import { UserError } from "../userError";
import { pythonOf, type SourceServer, sourceServer } from "./development";
import { EnvironmentSetup, type EnvironmentState, type Installation } from "./environmentSetup";
import { type InstallationListener, runInstaller } from "./installerProcess";
import {
  type ActiveInterpreters,
  interpreterCandidates,
  pathFromSetting,
  withoutWorkspaceInterpreters,
} from "./interpreters";
import { activeInterpreters } from "./pythonExtensions";

export type { EnvironmentState } from "./environmentSetup";

/** Paths in the packaged extension: the installer's input files, and the installer itself. */
const INSTALLER_FILES = "extension/dist/server";
const INSTALLER = "extension/dist/installer.js";

/** Finds or creates the environment and reports its state. */
export class PythonEnvironment implements vscode.Disposable {
  /** The server of the repository, where a contributor debugs it. */
  readonly sources: SourceServer | undefined;
  private readonly installation: GlobalStorageInstallation | SourceInstallation;
  private readonly setup: EnvironmentSetup;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    const isInDevelopment = context.extensionMode === vscode.ExtensionMode.Development;
    this.sources = sourceServer({ folder: context.extensionPath, isInDevelopment }, process.env);
    this.installation = this.sources
      ? new SourceInstallation(this.sources, log)
      : new GlobalStorageInstallation(context, log);
    this.setup = new EnvironmentSetup(this.installation);
  }

  /** The current state. */
  get state(): EnvironmentState {
    return this.setup.state;
  }

  /** Fires on each state change. */
  get onDidChange(): Event<EnvironmentState> {
    return this.setup.onDidChange;
  }

  /** Returns the environment's Python if the environment exists. Never creates one and starts no process. */
  find(): Promise<string | undefined> {
    return Promise.resolve(this.setup.find());
  }

  /** Whether an environment was ever created, even if only for an earlier version of the extension. */
  get wasSetUp(): boolean {
    return this.installation.wasSetUp;
  }

  /**
   * Returns the environment's Python. Creates the environment if it does not exist.
   *
   * @returns the path of the Python; rejects with a `UserError`, for which `isCancelled` holds after a cancellation
   */
  async ensure(): Promise<string> {
    if (!vscode.workspace.isTrusted) throw untrusted();
    return this.setup.ensure();
  }

  /** Does the same as `ensure`, with a notification that shows the progress and has a Cancel button. */
  async setUp(): Promise<string> {
    return (await this.find()) ?? this.setUpVisibly();
  }

  /** Cancels the running setup, if any. The next run resumes where it stopped. */
  cancel(): void {
    this.setup.cancel();
  }

  /** Cancels the running setup and releases the environment. */
  dispose(): void {
    this.setup.dispose();
    this.installation.dispose();
  }

  private async setUpVisibly(): Promise<string> {
    return withProgress("Sourcewise: setting up Python", async (progress, token) => {
      let shown = 0;
      const subscription = this.onDidChange((state) => {
        if (state.kind !== "working") return;
        const percent = 100 * (state.fraction ?? 0);
        progress.report({ message: state.message, increment: percent - shown });
        shown = percent;
      });
      token.onCancellationRequested(() => this.cancel());
      return this.ensure().finally(() => subscription.dispose());
    });
  }
}

/** The installation in the extension's global storage. */
class GlobalStorageInstallation implements Installation, vscode.Disposable {
  private releaseLease: (() => void) | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
  ) {}

  find(): string | undefined {
    const place = this.place();
    if (!isReady(place)) return undefined;
    this.releaseLease ??= takeLease(place.folder, process.pid);
    return place.python;
  }

  async install(listener: InstallationListener, signal: AbortSignal): Promise<string> {
    const request = this.request();
    await mkdir(request.storage, { recursive: true });
    const candidates = interpreterCandidates(await this.active(), process.platform);
    signal.throwIfAborted();
    const script = this.context.asAbsolutePath(INSTALLER);
    const python = await runInstaller(script, { ...request, candidates }, listener, signal);
    return this.find() ?? python;
  }

  log(line: string): void {
    this.output.info(line);
  }

  dispose(): void {
    this.releaseLease?.();
  }

  get wasSetUp(): boolean {
    return wasReady(this.place());
  }

  /** Returns the active interpreters of the Python extensions, without those that are inside the workspace. */
  private async active(): Promise<ActiveInterpreters> {
    const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
    return withoutWorkspaceInterpreters(await activeInterpreters(this.output), folders, (interpreter) =>
      this.output.warn(
        `Ignored the interpreter ${interpreter}: it is inside the workspace or its path is not absolute. Trying others.`,
      ),
    );
  }

  private place(): Place {
    return extensionPlace({ ...this.request(), platform: process.platform });
  }

  private request(): ExtensionRequest {
    const pathIn = (name: string): string | null => pathFromSetting(settingOf(name), homedir());
    return {
      storage: this.context.globalStorageUri.fsPath,
      shipped: this.context.asAbsolutePath(INSTALLER_FILES),
      interpreter: pathIn("python.interpreter"),
      wheels: pathIn("python.wheels"),
    };
  }
}

/** The environment of the repository, which `npm run watch` makes. */
class SourceInstallation implements Installation, vscode.Disposable {
  readonly wasSetUp = true;

  constructor(
    private readonly sources: SourceServer,
    private readonly output: vscode.LogOutputChannel,
  ) {}

  find(): string {
    return pythonOf(this.sources);
  }

  install(): Promise<string> {
    return Promise.resolve(this.find());
  }

  log(line: string): void {
    this.output.info(line);
  }

  dispose(): void {
    // It holds nothing.
  }
}

function untrusted(): UserError {
  const hint = "Run “Workspaces: Manage Workspace Trust”, then choose Set Up.";
  return new UserError("Sourcewise cannot be set up in an untrusted workspace.", hint, "Untrusted");
}
