/** How failures reach the user: a sentence, its next step and the way to the log. Cancelled work is none. */
import type { LogOutputChannel } from "vscode";
import { asUserError, isCancelled } from "../userError";
import { showError } from "./notifications";

const SHOW_LOG = "Show Log";

/** Shows a failure, unless somebody wanted it. Returns at once. */
export function showFailure(error: unknown, log: LogOutputChannel): void {
  if (isCancelled(error)) return;
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  void showError(asUserError(error).sentences, SHOW_LOG).then((choice) => {
    if (choice === SHOW_LOG) log.show();
  });
}

/** The action, with its failures shown instead of thrown. */
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
