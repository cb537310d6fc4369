/**
 * Runs a query while the user types. Hides debouncing and stale results: the query runs after a pause in typing, a new
 * query cancels the previous one, and only the result of the latest query is shown.
 */
import { type CancellationToken, CancellationTokenSource } from "vscode-jsonrpc/node";

/** How to run a query, and the callbacks for its result. */
export interface QueryParts<Result> {
  readonly pauseMs: number;
  run(query: string, token: CancellationToken): Promise<Result>;
  onResult(result: Result): void;
  onFailure(error: unknown): void;
}

/** The queries of one input box. */
export class LatestQuery<Result> {
  private pending: { readonly timer: NodeJS.Timeout; readonly source: CancellationTokenSource } | undefined;

  constructor(private readonly parts: QueryParts<Result>) {}

  /** Schedules a query. Cancels the previous one. */
  ask(query: string): void {
    this.cancel();
    const source = new CancellationTokenSource();
    const timer = setTimeout(() => void this.run(query, source), this.parts.pauseMs);
    this.pending = { timer, source };
  }

  /** Cancels the current query, if any. */
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
