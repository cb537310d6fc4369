/** A line of text with the parts in backticks formatted as code. */
import type { JSX } from "preact";
import { visible } from "../../text/visible";

const QUOTED = /`([^`\n]+)`/;

export function InlineCode({ text }: { text: string }): JSX.Element {
  // When splitting by a pattern with one group, every second part is the text of the group.
  const parts = visible(text).split(QUOTED);
  return <>{parts.map((part, place) => (place % 2 === 1 ? <code key={place}>{part}</code> : part))}</>;
}
