/** The last line: who would answer, how much can be found, and what the index is doing about the rest. */
import type { JSX } from "preact";

import type { IndexSummary, ModelSummary, PanelState } from "../../panel/messages";
import { visible } from "../../text/visible";
import { answererOf, holdingsOf, progressOf } from "../wording";
import { useControls } from "./controls";
import { Icon } from "./icon";
import { ProgressBar } from "./progressBar";

export function StatusLine({ panel: { index, model } }: { panel: PanelState }): JSX.Element {
  const doing = index ? progressOf(index) : "";
  return (
    <footer class="footer">
      {index?.message && (
        <p class="trouble">
          <Icon name="warning" /> {visible(index.message)}
        </p>
      )}
      {index && doing && <ProgressBar label="Indexing" fraction={index.total > 0 ? index.done / index.total : null} />}
      <div class="facts" role="status" aria-label="Index and model" aria-live="off">
        {model && <Answerer model={model} />}
        {index && <Holdings index={index} doing={doing} />}
      </div>
    </footer>
  );
}

function Answerer({ model }: { model: ModelSummary }): JSX.Element {
  const { send } = useControls();
  return (
    <button
      type="button"
      class={model.local ? "text-button fact" : "text-button fact remote"}
      title="Choose a language model"
      onClick={() => send({ type: "act", action: "selectModel" })}
    >
      <Icon name={model.local ? "vm" : "globe"} /> {answererOf(model)}
    </button>
  );
}

function Holdings({ index, doing }: { index: IndexSummary; doing: string }): JSX.Element {
  const { send } = useControls();
  const holdings = holdingsOf(index);
  return (
    <>
      <span class="fact" title={visible([holdings, index.notice].filter(Boolean).join(". "))}>
        {doing || holdings}
      </span>
      {index.paused && (
        <button type="button" class="link-button fact" onClick={() => send({ type: "act", action: "resume" })}>
          Resume
        </button>
      )}
    </>
  );
}
