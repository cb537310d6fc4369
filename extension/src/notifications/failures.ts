/** Shows failures to the user: a message, its hint and a button that opens the log. Cancellations are not shown. */
import type { LogOutputChannel } from "vscode";
import { asUserError, isCancelled } from "../userError";
import { showError } from "./notifications";

const SHOW_LOG = "Show Log";

/** Logs a failure and shows it, unless it is a cancellation. Returns immediately. */
export function showFailure(error: unknown, log: LogOutputChannel): void {
  if (isCancelled(error)) return;
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  void showError(asUserError(error).sentences, SHOW_LOG).then((choice) => {
    if (choice === SHOW_LOG) log.show();
  });
}

/** Wraps an action so that failures are shown to the user instead of thrown. */
export function showingFailures<Arguments extends unknown[]>(
  action: (...args: Arguments) => unknown,
  log: LogOutputChannel,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    try {
      await action(...args);
    } catch (error) {
      showFailure(error, log);
    }
  };
}
