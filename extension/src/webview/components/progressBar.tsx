/** A thin progress bar; indeterminate without a fraction. */
import type { JSX } from "preact";

import { percent } from "../wording";

export function ProgressBar({ label, fraction }: { label: string; fraction: number | null }): JSX.Element {
  return (
    <div
      class="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={fraction === null ? undefined : Math.floor(fraction * 100)}
    >
      <div
        class={fraction === null ? "bar endless" : "bar"}
        style={{ width: fraction === null ? undefined : percent(fraction) }}
      />
    </div>
  );
}
