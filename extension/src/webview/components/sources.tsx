/** The sources of an answer, best first: cards with code while the answer is pending, rows afterwards. */
import type { JSX } from "preact";

import type { SourceCard, Turn } from "../../panel/messages";
import { visibleLine } from "../../text/visible";
import { counted, linesOf, percent, placeOf, stalenessOf } from "../wording";
import { CodeLines } from "./codeLines";
import { useControls } from "./controls";
import { Icon } from "./icon";
import { openHandlers } from "./opening";
import { usePreview } from "./preview";

const CARD_LINES = 4;

export function Sources({ turn, cards }: { turn: Turn; cards: number }): JSX.Element {
  const { dispatch } = useControls();
  const open = cards > 0;
  const cited = turn.citations.length > 0 ? `, ${turn.citations.length} cited` : "";
  return (
    <section class="sources">
      <button
        type="button"
        class="disclosure"
        aria-expanded={open}
        title={open ? "Hide the code" : "Show the code"}
        onClick={() => dispatch({ type: "sourcesToggled", turn: turn.id, open: !open })}
      >
        <Icon name={open ? "chevron-down" : "chevron-right"} />
        {counted(turn.sources.length, "source")}
        {cited}
      </button>
      <ol role="list" aria-label="Sources">
        {turn.sources.map((source, index) => (
          <SourceItem key={source.number} turn={turn} source={source} card={index < cards} />
        ))}
      </ol>
    </section>
  );
}

function SourceItem({ turn, source, card }: { turn: Turn; source: SourceCard; card: boolean }): JSX.Element {
  const { send } = useControls();
  const { anchor, popup } = usePreview<HTMLLIElement>(source);
  const { number } = source;
  return (
    <li class={card ? "source card" : "source"} {...anchor}>
      <button
        type="button"
        aria-label={labelOf(turn, source)}
        aria-description={source.reasons.map(visibleLine).join(", ")}
        {...openHandlers((beside) => send({ type: "openSource", turn: turn.id, number, beside }))}
      >
        <SourceLine turn={turn} source={source} />
        {card && (
          <CodeLines code={source.preview} language={source.language} from={source.startLine} limit={CARD_LINES} />
        )}
      </button>
      {popup}
    </li>
  );
}

function SourceLine({ turn, source }: { turn: Turn; source: SourceCard }): JSX.Element {
  const stale = stalenessOf(turn, source.number);
  return (
    <span class="source-line">
      <span class={isCited(turn, source.number) ? "rank cited" : "rank"}>{source.number}</span>
      <Path source={source} />
      <span class="symbol">{visibleLine(source.symbol)}</span>
      {roleOf(source) && (
        <span class="chip role" title={`Role of the file: ${roleOf(source)}`}>
          {roleOf(source)}
        </span>
      )}
      {stale && (
        <span class="stale" title={stale}>
          <Icon name="warning" /> {stale.split(" ")[0]}
        </span>
      )}
      <Match source={source} />
    </span>
  );
}

/** A path whose folders are truncated first if space is short, so that the file name and lines stay visible. */
function Path({ source }: { source: SourceCard }): JSX.Element {
  const path = visibleLine(source.path);
  const cut = path.lastIndexOf("/") + 1;
  return (
    <span class="path" title={placeOf(source)}>
      <span class="folders">{path.slice(0, cut)}</span>
      <span class="file">{path.slice(cut)}</span>
      <span class="lines">:{linesOf(source)}</span>
    </span>
  );
}

/** How well a source matches, compared with the best one; it falls from source to source. */
function Match({ source }: { source: SourceCard }): JSX.Element {
  const shown = percent(source.match);
  return (
    <span class="match" title={`Match, compared with the best source: ${shown}`}>
      <span class="meter">
        <span class="level" style={{ width: shown }} />
      </span>
      {shown}
    </span>
  );
}

function labelOf(turn: Turn, source: SourceCard): string {
  const parts = [
    `Source ${source.number}: ${placeOf(source)}`,
    visibleLine(source.symbol),
    roleOf(source),
    `match ${percent(source.match)}`,
    isCited(turn, source.number) && "cited",
    stalenessOf(turn, source.number),
  ];
  return parts.filter(Boolean).join(", ");
}

/** The role of the file, unless it is product code. */
function roleOf(source: SourceCard): string {
  return source.role === "code" ? "" : visibleLine(source.role);
}

function isCited(turn: Turn, number: number): boolean {
  return turn.citations.some((citation) => citation.number === number);
}
