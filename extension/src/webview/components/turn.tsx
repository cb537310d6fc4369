/** A question, its sources, and the answer. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { isRunning, type Turn } from "../../panel/messages";
import { visible, visibleLine } from "../../text/visible";
import { answerAsText, provenanceOf, statusOf } from "../wording";
import { Answer } from "./answer";
import { useControls } from "./controls";
import { Icon, IconButton } from "./icon";
import { InlineCode } from "./inlineCode";
import { Sources } from "./sources";

interface TurnProps {
  turn: Turn;
  /** The number of sources that show their code. */
  cards: number;
  /** Whether any turn of the chat is being answered. */
  busy: boolean;
  last: boolean;
}

/** Memoised: while one turn streams, the others are not rendered again. */
export function TurnArticle({ turn, cards, busy, last }: TurnProps): JSX.Element {
  return useMemo(() => <Article turn={turn} cards={cards} busy={busy} last={last} />, [turn, cards, busy, last]);
}

function Article({ turn, cards, busy, last }: TurnProps): JSX.Element {
  const status = statusOf(turn);
  return (
    <article class="turn" aria-label={visibleLine(turn.question)} aria-live="off" aria-busy={isRunning(turn)}>
      <Question turn={turn} />
      {turn.sources.length > 0 && <Sources turn={turn} cards={cards} />}
      {turn.text && <Answer turn={turn} />}
      {status && (
        <p class="quiet status" role="status" aria-live="off">
          <Icon name="loading" spins /> {status}
        </p>
      )}
      <Remarks turn={turn} busy={busy} />
      {!isRunning(turn) && <TurnFooter turn={turn} busy={busy} />}
      {last && !busy && turn.followUps.length > 0 && <FollowUps questions={turn.followUps} />}
    </article>
  );
}

function Question({ turn }: { turn: Turn }): JSX.Element {
  return (
    <header class="question">
      <h2>
        {turn.kind === "explain" && <Icon name="lightbulb" />}
        <InlineCode text={turn.question} />
      </h2>
      {turn.scope.length > 0 && (
        <p class="scope">
          {turn.scope.map((part) => (
            <span key={part} class="chip" title={visibleLine(part)}>
              {visibleLine(part)}
            </span>
          ))}
        </p>
      )}
    </header>
  );
}

function Remarks({ turn, busy }: { turn: Turn; busy: boolean }): JSX.Element {
  return (
    <>
      {turn.notices.map((notice) => (
        <p key={notice} class="quiet remark">
          <Icon name="info" />
          <span>{visible(notice)}</span>
        </p>
      ))}
      {turn.status === "stopped" && (
        <p class="quiet remark">
          <Icon name="debug-stop" />
          <span>Stopped.</span>
        </p>
      )}
      {turn.status === "failed" && <Failure turn={turn} busy={busy} />}
    </>
  );
}

function Failure({ turn, busy }: { turn: Turn; busy: boolean }): JSX.Element {
  const { send } = useControls();
  return (
    <div class="remark failure">
      <Icon name="error" />
      <span>{visible(turn.failure) || "The answer could not be generated."}</span>
      <button
        type="button"
        class="button secondary small"
        disabled={busy}
        onClick={() => send({ type: "regenerate", turn: turn.id })}
      >
        Regenerate
      </button>
    </div>
  );
}

function TurnFooter({ turn, busy }: { turn: Turn; busy: boolean }): JSX.Element {
  const { send } = useControls();
  return (
    <footer class="turn-footer">
      {turn.text && (
        <IconButton icon="copy" label="Copy answer" onClick={() => send({ type: "copy", text: answerAsText(turn) })} />
      )}
      {turn.status !== "failed" && (
        <IconButton
          icon="refresh"
          label="Regenerate"
          disabled={busy}
          onClick={() => send({ type: "regenerate", turn: turn.id })}
        />
      )}
      <span class="quiet provenance">{provenanceOf(turn)}</span>
    </footer>
  );
}

function FollowUps({ questions }: { questions: string[] }): JSX.Element {
  const { send, dispatch } = useControls();
  function ask(question: string): void {
    send({ type: "ask", question });
    dispatch({ type: "followed" });
  }
  return (
    <ul class="follow-ups" role="list" aria-label="Follow-up questions">
      {questions.map((question) => (
        <li key={question}>
          <button type="button" class="text-button" onClick={() => ask(question)}>
            <Icon name="arrow-small-right" /> <InlineCode text={question} />
          </button>
        </li>
      ))}
    </ul>
  );
}
