/** Complete snapshots like those of the host. A test overrides only the parts that matter to it. */
import type { ModelSummary, PanelState, SourceCard, Turn } from "../../../extension/src/panel/messages";

export function source(number: number, more: Partial<SourceCard> = {}): SourceCard {
  return {
    number,
    path: "src/engine.py",
    startLine: 12,
    endLine: 34,
    symbol: "Engine.ask",
    language: "python",
    role: "code",
    match: 0.71,
    reasons: ["keywords #1"],
    preview: "def ask(self):\n    return 1\n",
    truncated: false,
    ...more,
  };
}

export function turn(more: Partial<Turn> = {}): Turn {
  return {
    id: "turn",
    kind: "ask",
    question: "How does it work?",
    scope: [],
    status: "done",
    readFraction: null,
    sources: [source(1), source(2, { path: "src/index.py" })],
    coverage: { mode: "keywords and vectors", chunks: 10, embedded: 10, relevant: true },
    text: "It works [1].",
    model: { runtime: "ollama", name: "codellama" },
    notices: [],
    citations: [{ number: 1, state: "current" }],
    mentions: [],
    failure: "",
    followUps: [],
    cost: null,
    ...more,
  };
}

export function asking(more: Partial<Turn> = {}): Turn {
  return turn({ status: "searching", sources: [], text: "", citations: [], model: null, ...more });
}

export function model(more: Partial<ModelSummary> = {}): ModelSummary {
  return {
    answering: { runtime: "ollama", name: "codellama" },
    local: true,
    problem: "",
    ollamaRuns: true,
    wanted: "codellama",
    wantedBytes: 3_800_000_000,
    builtIn: { name: "qwen", installed: false, bytes: 1_117_320_768 },
    download: null,
    ...more,
  };
}

export function panel(turns: Turn[] = [turn()], more: Partial<PanelState> = {}): PanelState {
  return {
    situation: { kind: "ready" },
    index: {
      stage: "idle",
      done: 0,
      total: 0,
      files: 3,
      chunks: 10,
      embedded: 10,
      paused: false,
      secondsLeft: null,
      notice: "",
      message: "",
    },
    model: model(),
    chat: { id: "chat", title: "How does it work?", turns },
    chats: [{ id: "chat", title: "How does it work?", changed: 0, turns: turns.length }],
    ...more,
  };
}
