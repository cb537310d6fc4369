/** Decides on restarts of the server: the delay after a crash, when to give up, and coalescing of concurrent restarts. */

/** How often the server may crash before it is no longer restarted. */
export interface RestartLimits {
  readonly crashes: number;
  readonly withinMs: number;
  /** The delay after the first crash. Each further crash doubles it. */
  readonly firstDelayMs: number;
}

const LIMITS: RestartLimits = { crashes: 5, withinMs: 3 * 60_000, firstDelayMs: 250 };

/** Counts crashes and computes the delay before the next start. */
export class RestartPolicy {
  private crashes: number[] = [];

  constructor(
    readonly limits: RestartLimits = LIMITS,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Records a crash.
   *
   * @returns the milliseconds to wait before the next start; undefined to give up
   */
  recordCrash(): number | undefined {
    const { crashes, withinMs, firstDelayMs } = this.limits;
    const time = this.now();
    this.crashes = [...this.crashes.filter((crash) => time - crash < withinMs), time];
    return this.crashes.length < crashes ? firstDelayMs * 2 ** (this.crashes.length - 1) : undefined;
  }

  /** Forgets all crashes. Called when the user starts the server. */
  reset(): void {
    this.crashes = [];
  }
}

/**
 * Wraps an action so that it never runs concurrently. All calls made during a run are combined into one more run.
 *
 * @returns the wrapped action; its promise belongs to the run that started after the call
 */
export function coalesced(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  const run = (): Promise<void> => {
    queued = undefined;
    running = action().finally(() => (running = undefined));
    return running;
  };
  return () => {
    if (running === undefined) return run();
    queued ??= running.then(run, run);
    return queued;
  };
}
