/** The required setup step with its buttons. Fills the panel if there is nothing else to show; otherwise a banner. */
import type { JSX } from "preact";
import { visible } from "../../text/visible";
import type { SetUp } from "../setUp";
import { useControls } from "./controls";
import { ProgressBar } from "./progressBar";

export function SetUpRegion({ setUp, fills = false }: { setUp: SetUp; fills?: boolean }): JSX.Element {
  const { send } = useControls();
  const { heading, sentence, progress, primary, secondary } = setUp;
  return (
    <section class={fills ? "set-up fills" : "set-up banner"} aria-label="Setup">
      <h2>{heading}</h2>
      <p>{visible(sentence)}</p>
      {progress !== undefined && <ProgressBar label={heading} fraction={progress} />}
      <div class="steps">
        {primary && (
          <button type="button" class="button" onClick={() => send({ type: "act", action: primary.action })}>
            {primary.label}
          </button>
        )}
        {secondary && (
          <button
            type="button"
            class="button secondary"
            onClick={() => send({ type: "act", action: secondary.action })}
          >
            {secondary.label}
          </button>
        )}
      </div>
    </section>
  );
}
