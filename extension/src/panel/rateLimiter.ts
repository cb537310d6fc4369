/** Limits how often an update is sent. The last update is never dropped, only delayed. */
export class RateLimiter {
  private timer: NodeJS.Timeout | undefined;
  private wanted = false;

  /**
   * @param send sends the state at the time of the call
   * @param milliseconds the shortest time between two updates
   */
  constructor(
    private readonly send: () => void,
    private readonly milliseconds: number,
  ) {}

  /** Sends an update now, or as soon as the limit allows. */
  request(): void {
    if (this.timer) this.wanted = true;
    else this.now();
  }

  /** Sends an update at once, regardless of the limit. */
  now(): void {
    this.dispose();
    this.timer = setTimeout(() => this.pauseIsOver(), this.milliseconds);
    this.send();
  }

  /** Drops a pending update. */
  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wanted = false;
  }

  private pauseIsOver(): void {
    this.timer = undefined;
    if (this.wanted) this.now();
  }
}
