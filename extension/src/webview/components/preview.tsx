/**
 * The whole preview of a source and why it was found, beside whatever stands for that source, while the pointer rests
 * on it or the keyboard is there. Hides when it opens and closes, and on which side there is room.
 */
import type { CSSProperties, JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { SourceCard } from "../../panel/messages";
import { visibleLine } from "../../text/visible";
import { placeOf } from "../wording";
import { CodeLines } from "./codeLines";

/** A pointer that only passes by opens nothing; as long as VS Code's own hovers wait. */
const REST_MS = 300;

interface Anchor<E extends HTMLElement> {
  ref: RefObject<E | null>;
  onPointerEnter: () => void;
  onPointerLeave: () => void;
  onFocusIn: () => void;
  onFocusOut: () => void;
  onClick: () => void;
}

/** Properties for the element that stands for the source, and what is to be drawn inside it. */
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
      timer.current = setTimeout(open, REST_MS);
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
    // A fixed popup would stay behind when what it belongs to scrolls away.
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
        <span class="quiet">Why it is here: {source.reasons.map(visibleLine).join(", ")}</span>
      )}
      {source.truncated && <span class="quiet">The prompt had no room for all of its lines.</span>}
    </span>
  );
}
