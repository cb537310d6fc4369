/**
 * The connection to the extension host. Hides VS Code's webview API: outgoing messages are typed, and the saved view state
 * is validated when it is restored, because an older version of the extension may have written it.
 */
import * as v from "valibot";

import type { ViewMessage } from "../panel/messages";
import type { SavedState } from "./reducer";

/** The API object that VS Code gives to a webview once. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

const SavedStateSchema = v.object({
  draft: v.string(),
  scroll: v.nullable(v.object({ chat: v.string(), top: v.nullable(v.number()) })),
});

export class Host {
  constructor(private readonly api: VsCodeApi) {}

  send(message: ViewMessage): void {
    this.api.postMessage(message);
  }

  save({ draft, scroll }: SavedState): void {
    this.api.setState({ draft, scroll });
  }

  restore(): SavedState {
    const result = v.safeParse(SavedStateSchema, this.api.getState());
    return result.success ? result.output : { draft: "", scroll: null };
  }
}
