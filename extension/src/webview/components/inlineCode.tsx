/** A line of text whose back-quoted parts look like code. */
import type { JSX } from "preact";
import { visible } from "../../text/visible";

const QUOTED = /`([^`\n]+)`/;

export function InlineCode({ text }: { text: string }): JSX.Element {
  // Split by a pattern with one group, every second part is what the group held.
  const parts = visible(text).split(QUOTED);
  return <>{parts.map((part, place) => (place % 2 === 1 ? <code key={place}>{part}</code> : part))}</>;
}
