/**
 * The extension's own Python environment: in its global storage, never the user's. Hides where it lies, what it is made
 * from and how, and which of the editor's settings have a say in it.
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
import { type ActiveInterpreters, interpreterCandidates, outsideOf, pathFromSetting } from "./interpreters";
import { activeInterpreters } from "./pythonExtensions";

export type { EnvironmentState } from "./environmentSetup";

/** What the extension carries for the installer, and the installer. */
const SHIPPED = "extension/dist/server";
const INSTALLER = "extension/dist/installer.js";

/** Finds the environment or makes it, and tells how that stands. */
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

  /** The state now. */
  get state(): EnvironmentState {
    return this.setup.state;
  }

  /** Tells each new state. */
  get onDidChange(): Event<EnvironmentState> {
    return this.setup.onDidChange;
  }

  /** The environment's Python if it is there; never makes one and starts no process. */
  find(): Promise<string | undefined> {
    return Promise.resolve(this.setup.find());
  }

  /** Whether the user has had one made, if only for an earlier version of the extension. */
  get wasSetUp(): boolean {
    return this.installation.wasSetUp;
  }

  /**
   * The environment's Python, which is made when it is not there.
   *
   * @returns its path; rejects with a `UserError`, which `isCancelled` tells when it is only that
   */
  async ensure(): Promise<string> {
    if (!vscode.workspace.isTrusted) throw untrusted();
    return this.setup.ensure();
  }

  /** As `ensure`, for a user who asked for just this: with a notification that shows how far it is, and can cancel. */
  async setUp(): Promise<string> {
    return (await this.find()) ?? this.setUpVisibly();
  }

  /** Ends the run, if there is one; the next goes on where it stopped. */
  cancel(): void {
    this.setup.cancel();
  }

  /** Ends what runs. */
  dispose(): void {
    this.setup.dispose();
    this.installation.dispose();
  }

  private async setUpVisibly(): Promise<string> {
    return withProgress("Sourcewise: setting up Python", async (progress, token) => {
      let shown = 0;
      const listening = this.onDidChange((state) => {
        if (state.kind !== "working") return;
        const percent = 100 * (state.fraction ?? 0);
        progress.report({ message: state.message, increment: percent - shown });
        shown = percent;
      });
      token.onCancellationRequested(() => this.cancel());
      return this.ensure().finally(() => listening.dispose());
    });
  }
}

/** The environment in the extension's global storage. */
class GlobalStorageInstallation implements Installation, vscode.Disposable {
  private giveBack: (() => void) | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
  ) {}

  find(): string | undefined {
    const place = this.place();
    if (!isReady(place)) return undefined;
    this.giveBack ??= takeLease(place.folder, process.pid);
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
    this.giveBack?.();
  }

  get wasSetUp(): boolean {
    return wasReady(this.place());
  }

  /** The interpreters that the Python extensions name, which may be the workspace's. */
  private async active(): Promise<ActiveInterpreters> {
    const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
    return outsideOf(await activeInterpreters(this.output), folders, (interpreter) =>
      this.output.warn(
        `Sourcewise does not use ${interpreter}: it is in the workspace, or not a full path. It looks for another Python.`,
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
      shipped: this.context.asAbsolutePath(SHIPPED),
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
  return new UserError("Sourcewise sets nothing up in a workspace that is not trusted.", hint, "Untrusted");
}
