/** The last line of the panel: the language model, the size of the index, and the progress of indexing. */
import type { JSX } from "preact";

import type { IndexSummary, ModelSummary, PanelState } from "../../panel/messages";
import { visible } from "../../text/visible";
import { indexSizeOf, modelLabelOf, progressOf } from "../wording";
import { useControls } from "./controls";
import { Icon } from "./icon";
import { ProgressBar } from "./progressBar";

export function StatusLine({ panel: { index, model } }: { panel: PanelState }): JSX.Element {
  const progress = index ? progressOf(index) : "";
  return (
    <footer class="footer">
      {index?.message && (
        <p class="trouble">
          <Icon name="warning" /> {visible(index.message)}
        </p>
      )}
      {index && progress && (
        <ProgressBar label="Indexing" fraction={index.total > 0 ? index.done / index.total : null} />
      )}
      <div class="facts" role="status" aria-label="Index and model" aria-live="off">
        {model && <ModelButton model={model} />}
        {index && <IndexStatus index={index} progress={progress} />}
      </div>
    </footer>
  );
}

function ModelButton({ model }: { model: ModelSummary }): JSX.Element {
  const { send } = useControls();
  return (
    <button
      type="button"
      class={model.local ? "text-button fact" : "text-button fact remote"}
      title="Choose a language model"
      onClick={() => send({ type: "act", action: "selectModel" })}
    >
      <Icon name={model.local ? "vm" : "globe"} /> {modelLabelOf(model)}
    </button>
  );
}

function IndexStatus({ index, progress }: { index: IndexSummary; progress: string }): JSX.Element {
  const { send } = useControls();
  const indexSize = indexSizeOf(index);
  return (
    <>
      <span class="fact" title={visible([indexSize, index.notice].filter(Boolean).join(". "))}>
        {progress || indexSize}
      </span>
      {index.paused && (
        <button type="button" class="link-button fact" onClick={() => send({ type: "act", action: "resume" })}>
          Resume
        </button>
      )}
    </>
  );
}
