/**
 * A popup with the full preview of a source and the reasons why it was found. It is shown next to an element for the source
 * while the pointer hovers over the element or it has the keyboard focus. Hides when the popup opens and closes, and its
 * position.
 */
import type { CSSProperties, JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { SourceCard } from "../../panel/messages";
import { visibleLine } from "../../text/visible";
import { placeOf } from "../wording";
import { CodeLines } from "./codeLines";

/** The hover delay, the same as that of VS Code's own hovers. */
const HOVER_DELAY_MS = 300;

interface Anchor<E extends HTMLElement> {
  ref: RefObject<E | null>;
  onPointerEnter: () => void;
  onPointerLeave: () => void;
  onFocusIn: () => void;
  onFocusOut: () => void;
  onClick: () => void;
}

/** Returns properties for the element of the source, and the popup to render inside it. */
export function usePreview<E extends HTMLElement>(
  source: SourceCard | undefined,
): { anchor: Anchor<E>; popup: JSX.Element | null } {
  const ref = useRef<E>(null);
  const timer = useRef(0);
  const [place, setPlace] = useState<CSSProperties | null>(null);
  const close = (): void => {
    clearTimeout(timer.current);
    setPlace(null);
  };
  const open = (): void => setPlace(ref.current && placeBeside(ref.current));
  useEffect(() => () => clearTimeout(timer.current), []);
  useEscape(place !== null, close);
  const anchor = {
    ref,
    onPointerEnter: () => {
      timer.current = setTimeout(open, HOVER_DELAY_MS);
    },
    onPointerLeave: close,
    onFocusIn: () => ref.current?.querySelector(":focus-visible") && open(),
    onFocusOut: close,
    onClick: close,
  };
  return { anchor, popup: source && place ? <Preview source={source} place={place} /> : null };
}

function useEscape(active: boolean, close: () => void): void {
  useLayoutEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") close();
    };
    addEventListener("keydown", onKey);
    // A fixed popup would not move when its element scrolls.
    addEventListener("scroll", close, true);
    return () => {
      removeEventListener("keydown", onKey);
      removeEventListener("scroll", close, true);
    };
  }, [active]);
}

function placeBeside(element: HTMLElement): CSSProperties {
  const { top, bottom } = element.getBoundingClientRect();
  const below = innerHeight - bottom;
  const room = `${String(Math.max(top, below) - 8)}px`;
  return below >= top
    ? { top: `${bottom}px`, maxHeight: room }
    : { bottom: `${String(innerHeight - top)}px`, maxHeight: room };
}

function Preview({ source, place }: { source: SourceCard; place: CSSProperties }): JSX.Element {
  return (
    <span class="preview" role="tooltip" style={place}>
      <span class="preview-place">{placeOf(source)}</span>
      {source.symbol && <span class="preview-symbol">{visibleLine(source.symbol)}</span>}
      <CodeLines code={source.preview} language={source.language} from={source.startLine} />
      {source.reasons.length > 0 && (
        <span class="quiet">Why it was found: {source.reasons.map(visibleLine).join(", ")}</span>
      )}
      {source.truncated && <span class="quiet">Not all lines fit into the prompt.</span>}
    </span>
  );
}
