/**
 * The set-up of the Python environment as the editor sees it. Hides that many may ask for it at once, and that it may
 * be cancelled or fail: there is one run at a time, and one state that tells how it stands.
 */
import type { Disposable, Event } from "vscode-jsonrpc";
import { Emitter } from "vscode-jsonrpc/node";
import { asUserError, cancelled } from "../userError";
import type { InstallationListener } from "./installerProcess";

/** Whether there is an environment, and if not, why. `fraction`: how much is done, 0 to 1; null when not known. */
export type EnvironmentState =
  | { readonly kind: "unknown" }
  | { readonly kind: "working"; readonly message: string; readonly fraction: number | null }
  | { readonly kind: "ready"; readonly python: string }
  | { readonly kind: "failed"; readonly message: string; readonly hint: string }
  | { readonly kind: "cancelled" };

/** The environment on the disk. */
export interface Installation {
  /** Its Python, when it is there and complete; starts no process. */
  find(): string | undefined;
  /** Makes it; resolves to its Python, and rejects when it cannot be made or the signal ended the run. */
  install(listener: InstallationListener, signal: AbortSignal): Promise<string>;
  /** Takes a line down that nobody is shown. */
  log(line: string): void;
}

/** Finds the environment or has it made. */
export class EnvironmentSetup implements Disposable {
  private current: EnvironmentState = { kind: "unknown" };
  private running: { readonly end: AbortController; readonly python: Promise<string> } | undefined;
  private readonly changed = new Emitter<EnvironmentState>();

  /** Tells each new state. */
  readonly onDidChange: Event<EnvironmentState> = this.changed.event;

  constructor(private readonly installation: Installation) {}

  /** The state now. */
  get state(): EnvironmentState {
    return this.current;
  }

  /** The environment's Python if it is there; never makes one. */
  find(): string | undefined {
    if (this.running) return undefined;
    try {
      const python = this.installation.find();
      if (python !== undefined) this.become({ kind: "ready", python });
      return python;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /**
   * The environment's Python, which is made when it is not there.
   *
   * @returns its path; rejects with a `UserError`, which `isCancelled` tells when it is only that
   */
  async ensure(): Promise<string> {
    return this.running?.python ?? this.find() ?? this.start();
  }

  /** Ends the run, if there is one; the next goes on where it stopped. */
  cancel(): void {
    this.running?.end.abort();
  }

  /** Ends what runs. */
  dispose(): void {
    this.cancel();
    this.changed.dispose();
  }

  private start(): Promise<string> {
    const end = new AbortController();
    this.become({ kind: "working", message: "Looking for a Python", fraction: null });
    const python = this.run(end.signal);
    this.running = { end, python };
    return python;
  }

  private async run(signal: AbortSignal): Promise<string> {
    try {
      const python = await this.installation.install(this.listener(), signal);
      this.running = undefined;
      this.become({ kind: "ready", python });
      return python;
    } catch (error) {
      this.running = undefined;
      if (!signal.aborted) throw this.fail(error);
      this.become({ kind: "cancelled" });
      throw cancelled();
    }
  }

  private listener(): InstallationListener {
    return {
      progress: (message, fraction) => this.become({ kind: "working", message, fraction }),
      log: (line) => this.installation.log(line),
    };
  }

  private fail(error: unknown): Error {
    const failure = asUserError(error);
    this.installation.log(failure.sentences);
    this.become({ kind: "failed", message: failure.message, hint: failure.hint });
    return failure;
  }

  private become(state: EnvironmentState): void {
    this.current = state;
    this.changed.fire(state);
  }
}
