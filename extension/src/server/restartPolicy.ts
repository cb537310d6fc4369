/** When the server is started again: how long to wait after a crash, when to give up, and that restarts do not pile up. */

/** How often a server may crash before it is left alone. */
export interface RestartLimits {
  readonly crashes: number;
  readonly withinMs: number;
  /** The wait after a first crash; each further one doubles it. */
  readonly firstDelayMs: number;
}

const LIMITS: RestartLimits = { crashes: 5, withinMs: 3 * 60_000, firstDelayMs: 250 };

/** Remembers crashes and decides what follows from them. */
export class RestartPolicy {
  private crashes: number[] = [];

  constructor(
    readonly limits: RestartLimits = LIMITS,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Takes a crash down.
   *
   * @returns milliseconds to wait before the next start; undefined to give up
   */
  afterCrash(): number | undefined {
    const { crashes, withinMs, firstDelayMs } = this.limits;
    const time = this.now();
    this.crashes = [...this.crashes.filter((crash) => time - crash < withinMs), time];
    return this.crashes.length < crashes ? firstDelayMs * 2 ** (this.crashes.length - 1) : undefined;
  }

  /** Forgets all crashes: the user asked for a start, which is a new beginning. */
  forget(): void {
    this.crashes = [];
  }
}

/**
 * Makes an action that runs once at a time: while it runs, any number of calls are one more run after it.
 *
 * @returns the action; its promise is that of the run that began after the call
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
