/**
 * All texts and figures that the panel derives from a snapshot. Pure, so that they can be tested without a page. Texts from
 * the server and the host are shown unchanged.
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

/** Returns the status of a running turn; empty after its end. */
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

/** Returns the announcement for screen readers when the status of a turn changes. */
export function announcementOf(turn: Turn): string {
  switch (turn.status) {
    case "searching":
      return "Searching";
    case "reading":
      return `${counted(turn.sources.length, "source")} found. Reading the sources`;
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

/** Returns how a cited source has changed since it was indexed; empty if it is unchanged. */
export function stalenessOf(turn: Turn, number: number): string {
  const state = turn.citations.find((citation) => citation.number === number)?.state ?? "current";
  return state === "current" ? "" : state;
}

/** Returns one line about how an answer was generated: model, search mode, prompt size, speed. */
export function provenanceOf({ model, coverage, cost }: Turn): string {
  const parts = [
    model && (model.runtime === "sources" ? model.name : `${visibleLine(model.name)} (${model.runtime})`),
    coverage?.mode,
    cost?.promptTokens && `${grouped(cost.promptTokens)} prompt tokens`,
    cost?.tokensPerSecond && `${speed(cost.tokensPerSecond)} tokens/s`,
    cost && duration(cost.seconds),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** Returns the answer as text for the clipboard, followed by the locations of its cited sources. */
export function answerAsText(turn: Turn): string {
  const cited = turn.sources.filter((source) => turn.citations.some(({ number }) => number === source.number));
  const places = cited.map((source) => `[${source.number}] ${placeOf(source)}`);
  return [visible(turn.text).trim(), places.join("\n")].filter(Boolean).join("\n\n");
}

/** Returns the progress of indexing; empty while the index is idle. */
export function progressOf(index: IndexSummary): string {
  if (index.stage === "idle" && !index.paused) return "";
  const parts = [
    index.paused ? "Indexing is paused" : (STAGES[index.stage] ?? index.stage),
    index.total > 0 && amountOf(index),
    !index.paused && index.secondsLeft !== null && `${duration(index.secondsLeft)} left`,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** Returns the size of the index. */
export function indexSizeOf(index: IndexSummary): string {
  if (index.chunks === 0) return index.stage === "idle" ? "Nothing is indexed" : "Indexing";
  const searchable = `${counted(index.files, "file")}, ${counted(index.chunks, "chunk")}`;
  return index.embedded < index.chunks
    ? `${searchable}, ${percent(index.embedded / index.chunks)} embedded`
    : searchable;
}

/** Returns the name of the model that would answer now. */
export function modelLabelOf({ answering, local }: ModelSummary): string {
  if (answering.runtime === "sources") return "No language model";
  return local ? visibleLine(answering.name) : `${visibleLine(answering.name)}, not on this machine`;
}

/** `1.1 GB` */
export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e3).toFixed(0)} kB`;
}

/** `40%`; rounds down, so it shows 100% only at completion. */
export function percent(fraction: number): string {
  return `${String(Math.floor(fraction * 100))}%`;
}

/** Returns the age of a moment in a short form, such as `5 min`. */
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
  // Some download sources count packages instead of bytes, which is meaningless to users.
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
