/** The functions that every component may use: send a message to the host, or dispatch an action to the reducer. */
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
  if (!controls) throw new Error("A component was rendered outside the view.");
  return controls;
}
