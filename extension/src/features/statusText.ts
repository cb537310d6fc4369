/** The texts of the status bar item and its menu, computed from the states of server, environment and index. Pure. */

import type { CommandId } from "../commandIds";
import type { EnvironmentState } from "../environment/environment";
import type { IndexSummary } from "../panel/messages";
import type { ServerState } from "../server/client";

/** The status bar item. */
export interface Status {
  readonly text: string;
  /** Lines of plain text. */
  readonly tooltip: readonly string[];
  readonly problem: boolean;
}

/** A menu entry and the command that it runs. */
export interface MenuEntry {
  readonly label: string;
  readonly command: CommandId | "workbench.action.openSettings";
  readonly argument?: string;
}

const NAME = "Sourcewise";

const COMMON_ENTRIES: readonly MenuEntry[] = [
  { label: "$(output) Show Log", command: "sourcewise.showLog" },
  { label: "$(pulse) Diagnose", command: "sourcewise.diagnose" },
  { label: "$(debug-restart) Restart Server", command: "sourcewise.restart" },
  { label: "$(gear) Settings", command: "workbench.action.openSettings", argument: "@ext:sourcewise.sourcewise" },
];

/**
 * Returns the status bar item.
 *
 * @param index null if its state is not known yet
 */
export function statusOf(server: ServerState, environment: EnvironmentState, index: IndexSummary | null): Status {
  if (environment.kind === "working") return busy(environment.fraction, [`Setting up: ${environment.message}`]);
  if (environment.kind === "failed") return problem([environment.message, environment.hint]);
  switch (server.kind) {
    case "failed":
      return problem([server.message, server.hint]);
    case "starting":
      return busy(null, ["Starting…"]);
    case "stopped":
      return quiet(["Not running. Click for options."]);
    case "running":
      return index ? statusOfIndex(index) : quiet(["Ready."]);
  }
}

/** Returns the menu entries that apply to the current state, most used first. */
export function menuOf(server: ServerState, index: IndexSummary | null): MenuEntry[] {
  if (server.kind === "stopped" || server.kind === "failed") {
    return [{ label: "$(package) Set Up", command: "sourcewise.setUp" }, ...COMMON_ENTRIES];
  }
  return [
    { label: "$(comment-discussion) Ask", command: "sourcewise.ask" },
    { label: "$(search) Search by Meaning", command: "sourcewise.search" },
    index?.paused
      ? { label: "$(debug-continue) Resume Indexing", command: "sourcewise.resume" }
      : { label: "$(debug-pause) Pause Indexing", command: "sourcewise.pause" },
    { label: "$(refresh) Rebuild Index", command: "sourcewise.rebuild" },
    { label: "$(question) Why Is This File (Not) Indexed?", command: "sourcewise.why" },
    { label: "$(list-flat) Show Chunks of This File", command: "sourcewise.showChunks" },
    { label: "$(circle-slash) Show Skipped Files", command: "sourcewise.showSkipped" },
    { label: "$(cloud-download) Download a Language Model", command: "sourcewise.pullModel" },
    ...COMMON_ENTRIES,
  ];
}

function statusOfIndex(index: IndexSummary): Status {
  const size = sizeOf(index);
  if (index.message !== "") return problem([index.message, size]);
  if (index.paused) {
    const tooltip = ["Indexing is paused. Answers use only files that are already indexed.", size];
    return { text: `$(debug-pause) ${NAME}`, tooltip, problem: false };
  }
  if (index.stage === "idle") return quiet(nonEmpty([size, index.notice]));
  const fraction = index.total === 0 ? null : Math.min(1, index.done / index.total);
  return busy(fraction, [`${capitalised(index.stage)}…`, size, timeLeft(index.secondsLeft), index.notice]);
}

function quiet(tooltip: readonly string[]): Status {
  return { text: `$(search) ${NAME}`, tooltip, problem: false };
}

function busy(fraction: number | null, tooltip: readonly string[]): Status {
  const text = fraction === null ? NAME : `${Math.floor(fraction * 100)}%`;
  return { text: `$(sync~spin) ${text}`, tooltip: nonEmpty(tooltip), problem: false };
}

function problem(tooltip: readonly string[]): Status {
  return { text: `$(warning) ${NAME}`, tooltip: nonEmpty(tooltip), problem: true };
}

function sizeOf({ files, chunks, embedded }: IndexSummary): string {
  const [fileCount, chunkCount, embeddedCount] = [files, chunks, embedded].map((count) => count.toLocaleString("en"));
  return `${fileCount} files, ${chunkCount} chunks, ${embeddedCount} embedded`;
}

function timeLeft(seconds: number | null): string {
  if (seconds === null) return "";
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 1 ? "Less than a minute left" : `About ${minutes} minutes left`;
}

function nonEmpty(lines: readonly string[]): string[] {
  return lines.filter((line) => line !== "");
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
