/**
 * The way to the extension. Hides VS Code's webview API: what is sent is typed, and what is kept while the view is not
 * shown is read with a check, because an older version of the extension may have written it.
 */
import * as v from "valibot";

import type { ViewMessage } from "../panel/messages";
import type { Kept } from "./reducer";

/** What VS Code gives to a webview, once. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

const KeptState = v.object({
  draft: v.string(),
  scroll: v.nullable(v.object({ chat: v.string(), top: v.nullable(v.number()) })),
});

export class Host {
  constructor(private readonly api: VsCodeApi) {}

  send(message: ViewMessage): void {
    this.api.postMessage(message);
  }

  keep({ draft, scroll }: Kept): void {
    this.api.setState({ draft, scroll });
  }

  kept(): Kept {
    const result = v.safeParse(KeptState, this.api.getState());
    return result.success ? result.output : { draft: "", scroll: null };
  }
}
