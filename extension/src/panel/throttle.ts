/** Limits how often something is told of, and never leaves the last state untold. */
export class Throttle {
  private timer: NodeJS.Timeout | undefined;
  private wanted = false;

  /**
   * @param tell says how things are when it is called
   * @param milliseconds the shortest time from one telling to the next
   */
  constructor(
    private readonly tell: () => void,
    private readonly milliseconds: number,
  ) {}

  /** Something changed. */
  request(): void {
    if (this.timer) this.wanted = true;
    else this.now();
  }

  /** Tells at once, whatever was told just before. */
  now(): void {
    this.dispose();
    this.timer = setTimeout(() => this.pauseIsOver(), this.milliseconds);
    this.tell();
  }

  /** Tells nothing more until it is asked again. */
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
