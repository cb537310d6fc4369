/**
 * Sets up the Python environment. Hides concurrent requests, cancellation and failure: there is at most one run at a
 * time, and one state that describes it.
 */
import type { Disposable, Event } from "vscode-jsonrpc";
import { Emitter } from "vscode-jsonrpc/node";
import { asUserError, cancelled } from "../userError";
import type { InstallationListener } from "./installerProcess";

/** Whether the environment exists, and if not, why. `fraction`: progress from 0 to 1; null if unknown. */
export type EnvironmentState =
  | { readonly kind: "unknown" }
  | { readonly kind: "working"; readonly message: string; readonly fraction: number | null }
  | { readonly kind: "ready"; readonly python: string }
  | { readonly kind: "failed"; readonly message: string; readonly hint: string }
  | { readonly kind: "cancelled" };

/** The environment on disk. */
export interface Installation {
  /** Returns its Python if the environment is complete. Starts no process. */
  find(): string | undefined;
  /** Creates the environment. Resolves to its Python; rejects if the installation fails or the signal aborts it. */
  install(listener: InstallationListener, signal: AbortSignal): Promise<string>;
  /** Writes a line to the log. */
  log(line: string): void;
}

/** Finds the environment or creates it. */
export class EnvironmentSetup implements Disposable {
  private current: EnvironmentState = { kind: "unknown" };
  private running: { readonly end: AbortController; readonly python: Promise<string> } | undefined;
  private readonly changed = new Emitter<EnvironmentState>();

  /** Fires on each state change. */
  readonly onDidChange: Event<EnvironmentState> = this.changed.event;

  constructor(private readonly installation: Installation) {}

  /** The current state. */
  get state(): EnvironmentState {
    return this.current;
  }

  /** Returns the environment's Python if the environment exists. Never creates one. */
  find(): string | undefined {
    if (this.running) return undefined;
    try {
      const python = this.installation.find();
      if (python !== undefined) this.setState({ kind: "ready", python });
      return python;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /**
   * Returns the environment's Python. Creates the environment if it does not exist.
   *
   * @returns the path of the Python; rejects with a `UserError`, for which `isCancelled` holds after a cancellation
   */
  async ensure(): Promise<string> {
    return this.running?.python ?? this.find() ?? this.start();
  }

  /** Cancels the running setup, if any. The next run resumes where it stopped. */
  cancel(): void {
    this.running?.end.abort();
  }

  /** Cancels the running setup and removes all listeners. */
  dispose(): void {
    this.cancel();
    this.changed.dispose();
  }

  private start(): Promise<string> {
    const end = new AbortController();
    this.setState({ kind: "working", message: "Looking for a Python interpreter", fraction: null });
    const python = this.run(end.signal);
    this.running = { end, python };
    return python;
  }

  private async run(signal: AbortSignal): Promise<string> {
    try {
      const python = await this.installation.install(this.listener(), signal);
      this.running = undefined;
      this.setState({ kind: "ready", python });
      return python;
    } catch (error) {
      this.running = undefined;
      if (!signal.aborted) throw this.fail(error);
      this.setState({ kind: "cancelled" });
      throw cancelled();
    }
  }

  private listener(): InstallationListener {
    return {
      progress: (message, fraction) => this.setState({ kind: "working", message, fraction }),
      log: (line) => this.installation.log(line),
    };
  }

  private fail(error: unknown): Error {
    const failure = asUserError(error);
    this.installation.log(failure.sentences);
    this.setState({ kind: "failed", message: failure.message, hint: failure.hint });
    return failure;
  }

  private setState(state: EnvironmentState): void {
    this.current = state;
    this.changed.fire(state);
  }
}
