/**
 * Decides which setup step the user needs before questions can be answered, and its button. Pure: an action is a name that
 * the host resolves.
 */
import type { Action, ModelSummary, PanelState, Situation } from "../panel/messages";
import { visibleLine } from "../text/visible";
import { size } from "./wording";

export interface Step {
  label: string;
  action: Action;
}

/** `progress`: 0 to 1, null if unknown, or undefined if nothing is in progress. */
export interface SetUp {
  heading: string;
  sentence: string;
  progress?: number | null;
  primary?: Step;
  secondary?: Step;
}

const SHOW_LOG: Step = { label: "Show Log", action: "showLog" };

/** Returns the setup step that is needed to ask or answer questions; null if none. */
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
        sentence: "Open a folder to ask questions about its code.",
        primary: { label: "Open Folder", action: "openFolder" },
      };
    case "untrusted":
      return {
        heading: "This workspace is not trusted",
        sentence: "Sourcewise starts its server and reads your files only in a workspace that you trust.",
        primary: { label: "Manage Workspace Trust", action: "trust" },
      };
    case "needsSetUp":
      return {
        heading: "Set up Sourcewise",
        sentence:
          "Sourcewise runs in its own Python environment, separate from yours. The setup takes a few minutes, once.",
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
      return { heading: "Starting", sentence: "The server is starting.", progress: null, secondary: SHOW_LOG };
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
  const amount = ollamaRuns && wantedBytes > 0 ? `Download size: ${size(wantedBytes)}.` : "";
  const offersBuiltIn = builtIn && !builtIn.installed && answering.runtime === "sources";
  return {
    heading: answering.runtime === "sources" ? "No language model yet" : `Using ${visibleLine(answering.name)} for now`,
    sentence: [problem || "Without a language model, answers contain only sources.", amount].filter(Boolean).join(" "),
    primary: ollamaRuns
      ? { label: `Download ${visibleLine(wanted)}`, action: "pullWanted" }
      : { label: "Get Ollama", action: "getOllama" },
    ...(offersBuiltIn && {
      secondary: { label: `Use the built-in model (${size(builtIn.bytes)})`, action: "pullBuiltIn" as const },
    }),
  };
}
