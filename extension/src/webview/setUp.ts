/**
 * Decides what stands between the user and an answer, and the one step that leads on. Pure; an action is a name that
 * the host knows.
 */
import type { Action, ModelSummary, PanelState, Situation } from "../panel/messages";
import { visibleLine } from "../text/visible";
import { size } from "./wording";

export interface Step {
  label: string;
  action: Action;
}

/** `progress`: 0 to 1, or null where nobody can tell; undefined where nothing is being waited for. */
export interface SetUp {
  heading: string;
  sentence: string;
  progress?: number | null;
  primary?: Step;
  secondary?: Step;
}

const SHOW_LOG: Step = { label: "Show Log", action: "showLog" };

/** What keeps questions from being asked or answered; null where nothing does. */
export function setUpOf({ situation, model }: PanelState): SetUp | null {
  if (situation.kind !== "ready") return ofSituation(situation);
  if (model?.download) return ofDownload(model.download);
  return model?.problem || model?.answering.runtime === "sources" ? ofModel(model) : null;
}

function ofSituation(situation: Exclude<Situation, { kind: "ready" }>): SetUp {
  switch (situation.kind) {
    case "noFolder":
      return {
        heading: "No folder is open",
        sentence: "Sourcewise answers from the files of a folder.",
        primary: { label: "Open Folder", action: "openFolder" },
      };
    case "untrusted":
      return {
        heading: "This workspace is not trusted",
        sentence: "Sourcewise starts its server, which reads the files, only in a workspace that you trust.",
        primary: { label: "Manage Workspace Trust", action: "trust" },
      };
    case "needsSetUp":
      return {
        heading: "Set up Sourcewise",
        sentence:
          "Sourcewise runs in a Python environment of its own, apart from yours. Making it once takes some minutes.",
        primary: { label: "Set Up", action: "setUp" },
      };
    case "settingUp":
      return {
        heading: "Setting up",
        sentence: situation.message,
        progress: situation.fraction,
        secondary: { label: "Cancel", action: "cancelSetUp" },
      };
    case "starting":
      return { heading: "Starting", sentence: "The server is being started.", progress: null, secondary: SHOW_LOG };
    case "failed":
      return {
        heading: "Sourcewise could not start",
        sentence: [situation.message, situation.hint].filter(Boolean).join(" "),
        primary: SHOW_LOG,
        secondary: { label: "Try Again", action: "restart" },
      };
  }
}

function ofDownload({ name, message, done, total }: NonNullable<ModelSummary["download"]>): SetUp {
  const amount = total > 0 ? `${size(done)} of ${size(total)}` : "";
  return {
    heading: `Downloading ${visibleLine(name)}`,
    sentence: [message, amount].filter(Boolean).join(" · "),
    progress: total > 0 ? done / total : null,
    secondary: { label: "Cancel", action: "cancelDownload" },
  };
}

function ofModel(model: ModelSummary): SetUp {
  const { answering, problem, ollamaRuns, wanted, wantedBytes, builtIn } = model;
  const amount = ollamaRuns && wantedBytes > 0 ? `The download is ${size(wantedBytes)}.` : "";
  const offersBuiltIn = builtIn && !builtIn.installed && answering.runtime === "sources";
  return {
    heading:
      answering.runtime === "sources" ? "No language model yet" : `${visibleLine(answering.name)} answers for now`,
    sentence: [problem || "Questions are answered with places in the code alone.", amount].filter(Boolean).join(" "),
    primary: ollamaRuns
      ? { label: `Download ${visibleLine(wanted)}`, action: "pullWanted" }
      : { label: "Get Ollama", action: "getOllama" },
    ...(offersBuiltIn && {
      secondary: { label: `Use the built-in model (${size(builtIn.bytes)})`, action: "pullBuiltIn" as const },
    }),
  };
}
