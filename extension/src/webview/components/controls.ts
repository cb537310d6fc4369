/** What every component may do: tell the host, or change the view's own state. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { ViewMessage } from "../../panel/messages";
import type { UiAction } from "../reducer";

export interface Controls {
  send: (message: ViewMessage) => void;
  dispatch: (action: UiAction) => void;
}

export const ControlsContext = createContext<Controls | null>(null);

export function useControls(): Controls {
  const controls = useContext(ControlsContext);
  if (!controls) throw new Error("A component was drawn outside of the view.");
  return controls;
}
