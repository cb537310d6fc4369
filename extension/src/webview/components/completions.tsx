/** The completions of the word at the cursor. The focus stays in the ask box, which refers to the selected option. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { visibleLine } from "../../text/visible";
import type { Completing } from "../reducer";
import { useControls } from "./controls";

export function Completions({ completing: { items, selected } }: { completing: Completing }): JSX.Element {
  const { dispatch } = useControls();
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    list.current?.children[selected]?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    // A mousedown would blur the ask box, which would close the list before the click.
    <ul
      ref={list}
      id="completions"
      class="completions"
      role="listbox"
      aria-label="Completions"
      onMouseDown={(event) => event.preventDefault()}
    >
      {items.map(({ insert, label, detail }, index) => (
        <li
          key={insert}
          id={optionId(index)}
          role="option"
          aria-selected={index === selected}
          onClick={() => dispatch({ type: "completed", index })}
        >
          <span class="completion-label">{visibleLine(label)}</span>
          <span class="completion-detail">{visibleLine(detail)}</span>
        </li>
      ))}
    </ul>
  );
}

export function optionId(index: number): string {
  return `completion-${index}`;
}
