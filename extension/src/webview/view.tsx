/**
 * Connects the parts of the view: messages and user actions go through the reducer, and its state is rendered. Hides when
 * the view is rendered: immediately after a user action, and at most once per frame while an answer streams.
 */
import { render } from "preact";

import { type HostMessage, readHostMessage } from "../panel/messages";
import { App } from "./components/app";
import { type Controls, ControlsContext } from "./components/controls";
import type { Host } from "./host";
import { initialState, reduce } from "./reducer";

/** Renders the panel into an element and updates it on the host's messages until the returned function is called. */
export function startView(host: Host, root: HTMLElement): () => void {
  let state = initialState(host.restore());
  let frame = 0;

  function draw(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    host.save(state);
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

  function onMessage(event: MessageEvent<unknown>): void {
    const message = read(event.data);
    if (!message) return;
    state = reduce(state, message);
    frame ||= requestAnimationFrame(draw);
  }

  addEventListener("message", onMessage);
  host.send({ type: "ready" });
  return () => {
    removeEventListener("message", onMessage);
    cancelAnimationFrame(frame);
    render(null, root);
  };
}

function read(data: unknown): HostMessage | undefined {
  const message = readHostMessage(data);
  if (!message) console.error("Sourcewise: the panel received an invalid message.", data);
  return message;
}
