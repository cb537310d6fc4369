/**
 * Every sentence and figure that the panel makes up from a snapshot. Pure, so that what is said can be tested without a
 * page; what the server and the host worded is shown as it came.
 */
import type { IndexSummary, ModelSummary, SourceCard, Turn } from "../panel/messages";
import { visible, visibleLine } from "../text/visible";

const STAGES: Record<string, string> = {
  scanning: "Looking for files",
  reading: "Reading files",
  "restoring vectors": "Restoring vectors",
  "fetching the embedding model": "Fetching the embedding model",
  "summarizing files": "Summarizing files",
  embedding: "Embedding",
};

/** What a turn is doing, while it is running; empty afterwards. */
export function statusOf(turn: Turn): string {
  switch (turn.status) {
    case "searching":
      return "Searching…";
    case "reading":
      return turn.readFraction ? `Reading the sources… ${percent(turn.readFraction)}` : "Reading the sources…";
    case "answering":
      return "Answering…";
    default:
      return "";
  }
}

/** What a screen reader is told when a turn goes from one status to the next. */
export function announcementOf(turn: Turn): string {
  switch (turn.status) {
    case "searching":
      return "Searching";
    case "reading":
      return `${counted(turn.sources.length, "source")} found. Reading them`;
    case "answering":
      return "Answering";
    case "done":
      return "Answer complete";
    case "stopped":
      return "Answer stopped";
    case "failed":
      return `The answer failed: ${turn.failure}`;
  }
}

/** `path:12-34`, or `path:12` for one line. */
export function placeOf(source: Pick<SourceCard, "path" | "startLine" | "endLine">): string {
  return `${visibleLine(source.path)}:${linesOf(source)}`;
}

/** `12-34`, or `12`. */
export function linesOf({ startLine, endLine }: Pick<SourceCard, "startLine" | "endLine">): string {
  return startLine === endLine ? String(startLine) : `${startLine}-${endLine}`;
}

/** What became of a cited source since it was indexed; empty where it is as it was. */
export function stalenessOf(turn: Turn, number: number): string {
  const state = turn.citations.find((citation) => citation.number === number)?.state ?? "current";
  return state === "current" ? "" : state;
}

/** How an answer was made, in one line: model, search, prompt, speed. */
export function provenanceOf({ model, coverage, cost }: Turn): string {
  const parts = [
    model && (model.runtime === "sources" ? model.name : `${visibleLine(model.name)} (${model.runtime})`),
    coverage?.mode,
    cost?.promptTokens && `${grouped(cost.promptTokens)} prompt tokens`,
    cost?.tokensPerSecond && `${speed(cost.tokensPerSecond)} tokens a second`,
    cost && duration(cost.seconds),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** The answer as text for the clipboard, with the places that its citations name below it. */
export function answerAsText(turn: Turn): string {
  const cited = turn.sources.filter((source) => turn.citations.some(({ number }) => number === source.number));
  const places = cited.map((source) => `[${source.number}] ${placeOf(source)}`);
  return [visible(turn.text).trim(), places.join("\n")].filter(Boolean).join("\n\n");
}

/** What the index is doing; empty while it rests. */
export function progressOf(index: IndexSummary): string {
  if (index.stage === "idle" && !index.paused) return "";
  const parts = [
    index.paused ? "Indexing is paused" : (STAGES[index.stage] ?? index.stage),
    index.total > 0 && amountOf(index),
    !index.paused && index.secondsLeft !== null && `${duration(index.secondsLeft)} left`,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** How much can be found. */
export function holdingsOf(index: IndexSummary): string {
  if (index.chunks === 0) return index.stage === "idle" ? "Nothing is indexed" : "Indexing";
  const searchable = `${counted(index.files, "file")}, ${counted(index.chunks, "chunk")}`;
  return index.embedded < index.chunks
    ? `${searchable}, ${percent(index.embedded / index.chunks)} embedded`
    : searchable;
}

/** Who would answer now. */
export function answererOf({ answering, local }: ModelSummary): string {
  if (answering.runtime === "sources") return "No language model";
  return local ? visibleLine(answering.name) : `${visibleLine(answering.name)}, not on this machine`;
}

/** `1.1 GB` */
export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e3).toFixed(0)} kB`;
}

/** `40%`; never 100 before it is whole. */
export function percent(fraction: number): string {
  return `${String(Math.floor(fraction * 100))}%`;
}

/** How long ago a moment was, as short as it can be said. */
export function ago(moment: number, now: number): string {
  const minutes = Math.max(0, (now - moment) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes.toFixed(0)} min`;
  if (minutes < 60 * 24) return `${(minutes / 60).toFixed(0)} h`;
  return `${(minutes / 60 / 24).toFixed(0)} d`;
}

/** `1 file`, `1,234 files` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function amountOf({ stage, done, total }: IndexSummary): string {
  // Some sources of models count packages, which tells a reader nothing.
  if (stage === "fetching the embedding model") return total < 1e6 ? "" : `${size(done)} of ${size(total)}`;
  const unit = stage === "reading" ? " files" : stage === "scanning" ? "" : " chunks";
  return `${grouped(done)} of ${grouped(total)}${unit}`;
}

function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

function speed(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
