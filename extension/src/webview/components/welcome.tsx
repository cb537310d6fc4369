/** The content of an empty chat: a short introduction, and example questions that suit any codebase. */
import type { JSX } from "preact";

import type { PanelState } from "../../panel/messages";
import { useControls } from "./controls";

const EXAMPLES = [
  "Where does the program start, and what does it do first?",
  "How are errors handled and shown to the user?",
  "Which settings are there, and where are they read?",
];

export function Welcome({ panel: { model, situation } }: { panel: PanelState }): JSX.Element {
  const { send } = useControls();
  const promise =
    model?.local === false
      ? "Every answer cites its source."
      : "Every answer cites its source, and nothing leaves your machine.";
  return (
    <div class="welcome">
      <h2>Ask your codebase</h2>
      <p>{promise}</p>
      <ul role="list" aria-label="Example questions">
        {EXAMPLES.map((question) => (
          <li key={question}>
            <button
              type="button"
              class="text-button"
              disabled={situation.kind !== "ready"}
              onClick={() => send({ type: "ask", question })}
            >
              {question}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
