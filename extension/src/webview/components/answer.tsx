/** Renders an answer: citations and names from the code are buttons, and code can be copied and inserted. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { isRunning, type Turn } from "../../panel/messages";
import { visibleLine } from "../../text/visible";
import { type AnswerNode, readAnswer, settled } from "../markdown";
import { placeOf, stalenessOf } from "../wording";
import { CodeLines } from "./codeLines";
import { useControls } from "./controls";
import { IconButton } from "./icon";
import { openHandlers } from "./opening";
import { usePreview } from "./preview";

/** The question is a level-2 heading, so headings in an answer start at level 3. */
const HEADINGS = { h1: "h3", h2: "h4", h3: "h5", h4: "h6", h5: "h6", h6: "h6" } as const;

export function Answer({ turn }: { turn: Turn }): JSX.Element {
  const text = isRunning(turn) ? settled(turn.text) : turn.text;
  const { sources, mentions } = turn;
  const nodes = useMemo(() => readAnswer(text, { sources, mentions }), [text, sources, mentions]);
  return (
    <div class="answer" role="region" aria-label="Answer">
      <Nodes nodes={nodes} turn={turn} />
    </div>
  );
}

function Nodes({ nodes, turn }: { nodes: AnswerNode[]; turn: Turn }): JSX.Element {
  return (
    <>
      {nodes.map((node, index) => (
        <AnswerPart key={`${index} ${node.kind}`} node={node} turn={turn} />
      ))}
    </>
  );
}

function AnswerPart({ node, turn }: { node: AnswerNode; turn: Turn }): JSX.Element {
  switch (node.kind) {
    case "text":
      return <>{node.text}</>;
    case "code":
      return <code>{node.text}</code>;
    case "citation":
      return <CitationButton number={node.number} turn={turn} />;
    case "mention":
      return <MentionButton node={node} turn={turn} />;
    case "codeBlock":
      return <CodeBlock language={node.language} code={node.text} />;
    case "element":
      return <ElementPart node={node} turn={turn} />;
  }
}

function ElementPart({ node, turn }: { node: Extract<AnswerNode, { kind: "element" }>; turn: Turn }): JSX.Element {
  const { tag, start, align, children } = node;
  const inner = <Nodes nodes={children} turn={turn} />;
  if (tag === "br" || tag === "hr") return tag === "br" ? <br /> : <hr />;
  if (tag === "ol") return <ol start={start ?? 1}>{inner}</ol>;
  if (tag === "table")
    return (
      <div class="table">
        <table>{inner}</table>
      </div>
    );
  const Tag = tag in HEADINGS ? HEADINGS[tag as keyof typeof HEADINGS] : tag;
  return <Tag class={align ? `align-${align}` : undefined}>{inner}</Tag>;
}

function CitationButton({ number, turn }: { number: number; turn: Turn }): JSX.Element | null {
  const { send } = useControls();
  const source = turn.sources.find((known) => known.number === number);
  const { anchor, popup } = usePreview<HTMLSpanElement>(source);
  if (!source) return null;
  const stale = stalenessOf(turn, number);
  return (
    <span {...anchor}>
      <button
        type="button"
        class={stale ? "citation stale" : "citation"}
        aria-label={`Source ${number}`}
        aria-description={[placeOf(source), stale].filter(Boolean).join(", ")}
        {...openHandlers((beside) => send({ type: "openSource", turn: turn.id, number, beside }))}
      >
        [{number}]
      </button>
      {popup}
    </span>
  );
}

function MentionButton({ node, turn }: { node: Extract<AnswerNode, { kind: "mention" }>; turn: Turn }): JSX.Element {
  const { send } = useControls();
  const { name, text, place } = node;
  if (place === null) {
    return (
      <code class="unknown" title="Not found in the code">
        {text}
      </code>
    );
  }
  return (
    <button
      type="button"
      class="mention"
      title={visibleLine(place)}
      {...openHandlers((beside) => send({ type: "openMention", turn: turn.id, name, beside }))}
    >
      {text}
    </button>
  );
}

function CodeBlock({ language, code }: { language: string; code: string }): JSX.Element {
  const { send } = useControls();
  return (
    <figure class="code-block">
      <figcaption>
        <span class="quiet">{language}</span>
        <IconButton icon="copy" label="Copy code" onClick={() => send({ type: "copy", text: code })} />
        <IconButton
          icon="insert"
          label="Insert at Cursor"
          onClick={() => send({ type: "insertAtCursor", text: code })}
        />
      </figcaption>
      <pre tabIndex={0}>
        <code>
          <CodeLines code={code} language={language} />
        </code>
      </pre>
    </figure>
  );
}
