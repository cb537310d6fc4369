/** What every component may do: tell the host, or change the view's own state. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { ViewMessage } from "../../panel/messages";
import type { UiAction } from "../reducer";

export interface Controls {
  send(message: ViewMessage): void;
  dispatch(action: UiAction): void;
}

export const Controls = createContext<Controls>({ send() {}, dispatch() {} });

export function useControls(): Controls {
  return useContext(Controls);
}
