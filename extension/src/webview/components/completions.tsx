/** What the word at the cursor can be completed to. The focus stays in the ask box, which says what is chosen. */
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
    // Pressing the pointer would take the focus from the ask box, which closes the list before the click.
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
