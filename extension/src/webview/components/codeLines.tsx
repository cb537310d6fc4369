/** Highlighted code with optional line numbers. Uses only spans, so that it can be inside a button. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { highlight } from "../highlight";

interface CodeLinesProps {
  code: string;
  language: string;
  /** The number of the first line. Without it, lines are not numbered. */
  from?: number;
  /** The maximum number of lines to show. */
  limit?: number;
}

export function CodeLines({ code, language, from, limit = Infinity }: CodeLinesProps): JSX.Element {
  const lines = useMemo(() => highlight(code.trimEnd(), language), [code, language]);
  return (
    <span class={from === undefined ? "code-lines" : "code-lines numbered"}>
      {lines.slice(0, limit).map((runs, index) => (
        <span key={index} class="code-line">
          {from !== undefined && <span class="line-number">{from + index}</span>}
          <span>
            {runs.map(({ text, colour }) => (colour ? <span class={`code-${colour}`}>{text}</span> : text))}
            {"\n"}
          </span>
        </span>
      ))}
    </span>
  );
}
