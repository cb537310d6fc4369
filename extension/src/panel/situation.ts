/** Summarises for the panel whether questions can be asked, and the progress of the index. Pure. */

import type { EnvironmentState } from "../environment/environment";
import type { FolderState, IndexState, Stage } from "../generated/protocol";
import type { ServerState } from "../server/client";
import type { IndexSummary, Situation } from "./messages";

/** The conditions that decide whether a question can be asked. */
export interface SituationInputs {
  readonly folders: number;
  readonly trusted: boolean;
  readonly environment: EnvironmentState;
  readonly server: ServerState;
}

/** The stages of indexing in order. `idle` is the last. */
const STAGES: readonly Stage[] = [
  "scanning",
  "reading",
  "restoring vectors",
  "fetching the embedding model",
  "summarizing files",
  "embedding",
  "idle",
];

/** Returns the first problem that prevents questions, or `ready`. */
export function situationOf({ folders, trusted, environment, server }: SituationInputs): Situation {
  if (folders === 0) return { kind: "noFolder" };
  if (!trusted) return { kind: "untrusted" };
  if (server.kind === "running") return { kind: "ready" };
  switch (environment.kind) {
    case "working":
      return { kind: "settingUp", message: environment.message, fraction: environment.fraction };
    case "failed":
      return { kind: "failed", message: environment.message, hint: environment.hint };
    case "cancelled":
      return server.kind === "starting" ? server : { kind: "needsSetUp" };
    case "unknown":
      return server.kind === "stopped" ? { kind: "needsSetUp" } : server;
    case "ready":
      // A stopped server is about to be started.
      return server.kind === "stopped" ? { kind: "starting" } : server;
  }
}

/** Combines the states of all folders: sums, the least advanced stage, and the first error message. */
export function indexSummaryOf(state: IndexState | undefined): IndexSummary | null {
  if (!state || state.folders.length === 0) return null;
  const { folders } = state;
  const stage = STAGES.find((candidate) => folders.some((folder) => folder.stage === candidate)) ?? "idle";
  const there = folders.filter((folder) => folder.stage === stage);
  return {
    stage,
    done: sum(there, "done"),
    total: sum(there, "total"),
    files: sum(folders, "files"),
    chunks: sum(folders, "chunks"),
    embedded: sum(folders, "embedded"),
    paused: folders.some((folder) => folder.paused),
    secondsLeft: secondsLeft(there),
    message: folders.find((folder) => folder.message !== "")?.message ?? "",
    notice: folders.find((folder) => folder.notice !== "")?.notice ?? "",
  };
}

function sum(folders: readonly FolderState[], field: "done" | "total" | "files" | "chunks" | "embedded"): number {
  return folders.reduce((total, folder) => total + folder[field], 0);
}

/** Folders are indexed one after another, so their times add up. The total is unknown if one of them is. */
function secondsLeft(folders: readonly FolderState[]): number | null {
  return folders.reduce<number | null>(
    (total, { secondsLeft: more }) => (total === null || more === null ? null : total + more),
    0,
  );
}
