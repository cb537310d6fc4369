/**
 * Answers for text that changes while it is typed. Hides which of several requests still matters: only what was asked
 * for last is shown, after a pause in typing, and what it replaces is cancelled.
 */
import { type CancellationToken, CancellationTokenSource } from "vscode-jsonrpc/node";

/** What is asked, and who hears of the answer. */
export interface QueryParts<Result> {
  readonly pauseMs: number;
  run(query: string, token: CancellationToken): Promise<Result>;
  onResult(result: Result): void;
  onFailure(error: unknown): void;
}

/** One place to type into. */
export class LatestQuery<Result> {
  private pending: { readonly timer: NodeJS.Timeout; readonly source: CancellationTokenSource } | undefined;

  constructor(private readonly parts: QueryParts<Result>) {}

  /** Takes the place of whatever was asked before. */
  ask(query: string): void {
    this.cancel();
    const source = new CancellationTokenSource();
    const timer = setTimeout(() => void this.run(query, source), this.parts.pauseMs);
    this.pending = { timer, source };
  }

  /** Nothing that was asked is of interest any more. */
  cancel(): void {
    if (!this.pending) return;
    clearTimeout(this.pending.timer);
    this.pending.source.cancel();
    this.pending = undefined;
  }

  private async run(query: string, source: CancellationTokenSource): Promise<void> {
    try {
      const result = await this.parts.run(query, source.token);
      if (!source.token.isCancellationRequested) this.parts.onResult(result);
    } catch (error) {
      if (!source.token.isCancellationRequested) this.parts.onFailure(error);
    }
  }
}
