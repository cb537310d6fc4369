/**
 * Ties the view's parts together: messages and acts go through the reducer, and the page is drawn from its state. Hides
 * when it is drawn: at once after an act of the user, at most once a frame while an answer streams.
 */
import { render } from "preact";

import { type HostMessage, readHostMessage } from "../panel/messages";
import { App } from "./components/app";
import { type Controls, ControlsContext } from "./components/controls";
import type { Host } from "./host";
import { initialState, reduce } from "./reducer";

/** Shows the panel in an element and keeps it true to what the host says, until the returned function is called. */
export function startView(host: Host, root: HTMLElement): () => void {
  let state = initialState(host.kept());
  let frame = 0;

  function draw(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    host.keep(state);
    render(
      <ControlsContext.Provider value={controls}>
        <App state={state} />
      </ControlsContext.Provider>,
      root,
    );
  }

  const controls: Controls = {
    send: host.send.bind(host),
    dispatch: (action) => {
      state = reduce(state, action);
      draw();
    },
  };

  function hear(event: MessageEvent<unknown>): void {
    const message = read(event.data);
    if (!message) return;
    state = reduce(state, message);
    frame ||= requestAnimationFrame(draw);
  }

  addEventListener("message", hear);
  host.send({ type: "ready" });
  return () => {
    removeEventListener("message", hear);
    cancelAnimationFrame(frame);
    render(null, root);
  };
}

function read(data: unknown): HostMessage | undefined {
  const message = readHostMessage(data);
  if (!message) console.error("Sourcewise: the panel was told something that it cannot read.", data);
  return message;
}
