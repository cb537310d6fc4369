import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { HostMessage, PanelState, ViewMessage } from "../../../extension/src/panel/messages";
import { Host, type VsCodeApi } from "../../../extension/src/webview/host";
import { startView } from "../../../extension/src/webview/view";
import { asking, model, panel, source, turn } from "./snapshots";

/** A fake of VS Code's webview API that records messages and state. */
class WebviewApi implements VsCodeApi {
  readonly messages: unknown[] = [];
  state: unknown;

  postMessage(message: unknown): void {
    this.messages.push(message);
  }

  getState(): unknown {
    return this.state;
  }

  setState(state: unknown): void {
    this.state = state;
  }
}

let api: WebviewApi;
let root: HTMLElement;
let stop: () => void;

beforeEach(() => {
  api = new WebviewApi();
  root = document.body.appendChild(document.createElement("div"));
  stop = startView(new Host(api), root);
});

afterEach(() => {
  stop();
  root.remove();
});

async function receive(...messages: HostMessage[]): Promise<void> {
  for (const data of messages) dispatchEvent(new MessageEvent("message", { data }));
  await new Promise((resolve) => requestAnimationFrame(resolve));
}

function show(state: PanelState = panel()): Promise<void> {
  return receive({ type: "state", state });
}

function element(selector: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`No element matches ${selector} in ${root.innerHTML}`);
  return found;
}

/** Returns the element with this label or the button with this text. */
function named(name: string): HTMLElement {
  const byLabel = root.querySelector<HTMLElement>(`[aria-label="${name}"]`);
  const byText = [...root.querySelectorAll("button")].find(({ textContent }) => textContent.trim() === name);
  const found = byLabel ?? byText;
  if (!found) throw new Error(`No element is named ${name} in ${root.innerHTML}`);
  return found;
}

function box(): HTMLTextAreaElement {
  return element("textarea") as HTMLTextAreaElement;
}

function type(text: string): void {
  box().value = text;
  box().setSelectionRange(text.length, text.length);
  box().dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** Presses a key. Returns whether the view handled it. */
function press(key: string, init: KeyboardEventInit = {}, target: HTMLElement = box()): boolean {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event.defaultPrevented;
}

function sent(): unknown {
  return api.messages.at(-1);
}

describe("asking", () => {
  test("the view reports that it is ready, and renders nothing before the first snapshot", async () => {
    expect(api.messages).toEqual<ViewMessage[]>([{ type: "ready" }]);
    expect(root.textContent).toBe("");
    await show();
    expect(element("[role=log]").getAttribute("aria-live")).toBe("polite");
  });

  test("Enter asks; Shift+Enter and Enter during IME composition do not", async () => {
    await show(panel([]));
    type("Why?");
    expect(press("Enter", { shiftKey: true })).toBe(false);
    expect(press("Enter", { isComposing: true })).toBe(false);
    expect(api.messages).toHaveLength(1);
    expect(press("Enter")).toBe(true);
    expect(sent()).toEqual({ type: "ask", question: "Why?" });
    expect(box().value).toBe("");
  });

  test("the button asks, and stops a running answer", async () => {
    await show(panel([]));
    expect(named("Ask").hasAttribute("disabled")).toBe(true);
    type("Why?");
    named("Ask").click();
    expect(sent()).toEqual({ type: "ask", question: "Why?" });
    await show(panel([asking()]));
    named("Stop").click();
    expect(sent()).toEqual({ type: "stop", turn: "turn" });
  });

  test("Up recalls the last question in an empty box, and otherwise moves the cursor", async () => {
    await show();
    expect(press("ArrowUp")).toBe(true);
    expect(box().value).toBe("How does it work?");
    expect(press("ArrowUp")).toBe(false);
  });

  test("the draft survives the view; invalid saved state is ignored", async () => {
    await show();
    type("Half a ques");
    stop();
    stop = startView(new Host(api), root);
    await show();
    expect(box().value).toBe("Half a ques");
    stop();
    api.state = { draft: 7 };
    stop = startView(new Host(api), root);
    await show();
    expect(box().value).toBe("");
  });

  test("a click on an example or a follow-up question asks it", async () => {
    await show(panel([]));
    element('[aria-label="Example questions"] button').click();
    expect(sent()).toMatchObject({ type: "ask" });
    await show(panel([turn({ followUps: ["And then?"] })]));
    element('[aria-label="Follow-up questions"] button').click();
    expect(sent()).toEqual({ type: "ask", question: "And then?" });
  });
});

describe("completions", () => {
  const items = [
    { insert: "@file", label: "@file", detail: "src/app.py" },
    { insert: "@src/", label: "src", detail: "src/" },
  ];

  test("are requested, selected with the arrow keys and accepted with Tab", async () => {
    await show();
    type("why @");
    await vi.waitFor(() => expect(sent()).toEqual({ type: "complete", request: 1, word: "@" }));
    await receive({ type: "completions", request: 1, items });
    press("ArrowDown");
    const chosen = element('[role=listbox][aria-label="Completions"] [aria-selected="true"]');
    expect(chosen.textContent).toContain("src");
    expect(box().getAttribute("aria-activedescendant")).toBe(chosen.id);
    expect(press("Tab")).toBe(true);
    expect(box().value).toBe("why @src/ ");
    expect(root.querySelector("[role=listbox]")).toBeNull();
  });

  test("Escape closes them and restores the default effect of Tab", async () => {
    await show();
    type("@");
    await receive({ type: "completions", request: 1, items });
    expect(press("Escape")).toBe(true);
    expect(press("Tab")).toBe(false);
  });
});

describe("a turn", () => {
  test("shows its sources before its text, and its status", async () => {
    await show(panel([asking({ status: "reading", readFraction: 0.4, sources: [source(1)] })]));
    const article = named("How does it work?");
    expect(article.getAttribute("aria-busy")).toBe("true");
    expect(article.querySelector("[role=status]")?.textContent).toContain("Reading the sources… 40%");
    expect(article.querySelector('[role=list][aria-label="Sources"] .code-lines')?.textContent).toContain("def ask");
    expect(article.querySelector('[aria-label="Answer"]')).toBeNull();
  });

  test("opens a source by its number, to the side with Alt", async () => {
    await show();
    const button = element('[aria-label^="Source 1: src/engine.py:12-34"]');
    button.click();
    expect(sent()).toEqual({ type: "openSource", turn: "turn", number: 1, beside: false });
    button.dispatchEvent(new MouseEvent("click", { altKey: true, bubbles: true }));
    expect(sent()).toMatchObject({ beside: true });
    expect(press("Enter", { altKey: true }, named("Source 1"))).toBe(true);
    expect(sent()).toEqual({ type: "openSource", turn: "turn", number: 1, beside: true });
  });

  test("shows which source is cited and which has changed", async () => {
    await show(panel([turn({ citations: [{ number: 2, state: "gone" }] })]));
    expect(element('[aria-label^="Source 2"]').getAttribute("aria-label")).toMatch(/, cited, gone$/);
    expect(element('[aria-label^="Source 1"]').getAttribute("aria-label")).toMatch(/match 71%$/);
  });

  test("shows the role of a source that is not code", async () => {
    await show(panel([turn({ sources: [source(1), source(2, { role: "test" })] })]));
    expect([...element('[aria-label="Sources"]').querySelectorAll(".role")].map((badge) => badge.textContent)).toEqual([
      "test",
    ]);
    expect(element('[aria-label^="Source 2"]').getAttribute("aria-label")).toContain(", test, match");
    expect(element('[aria-label^="Source 1"]').getAttribute("aria-label")).not.toContain("code");
  });

  test("opens a name that exists in the code, and marks one that does not", async () => {
    const mentions = [
      { name: "Engine", place: "src/engine.py:1" },
      { name: "Invented", place: null },
    ];
    await show(panel([turn({ text: "`Engine` and `Invented`", mentions })]));
    named("Engine").click();
    expect(sent()).toEqual({ type: "openMention", turn: "turn", name: "Engine", beside: false });
    expect(element("code.unknown").title).toBe("Not found in the code");
  });

  test("copies and inserts the code as it is shown", async () => {
    await show(panel([turn({ text: "```python\na = 1 # \u202E\n```" })]));
    named("Insert at Cursor").click();
    expect(sent()).toEqual({ type: "insertAtCursor", text: "a = 1 # \\u202E\n" });
    named("Copy code").click();
    expect(sent()).toEqual({ type: "copy", text: "a = 1 # \\u202E\n" });
    named("Copy answer").click();
    expect(sent()).toMatchObject({ type: "copy" });
  });

  test("that failed shows the reason and can be regenerated", async () => {
    await show(panel([turn({ status: "failed", failure: "Ollama stopped." })]));
    expect(named("How does it work?").textContent).toContain("Ollama stopped.");
    named("Regenerate").click();
    expect(sent()).toEqual({ type: "regenerate", turn: "turn" });
  });

  test("keeps existing elements while its text grows", async () => {
    const answering = (text: string): HostMessage => ({ type: "turn", turn: asking({ status: "answering", text }) });
    await show(panel([asking()]));
    await receive(answering("First.\n\n```python\na = 1"));
    const [paragraph, code] = element('[aria-label="Answer"]').children;
    await receive(answering("First.\n\n```python\na = 1\nb = 2\n```\n\nThen"));
    const now = element('[aria-label="Answer"]').children;
    expect([now[0], now[1]]).toEqual([paragraph, code]);
    expect(now[1]?.textContent).toContain("b = 2");
  });

  test("announces its status to screen readers, but not its text", async () => {
    await show(panel([asking()]));
    await receive({ type: "turn", turn: turn() });
    expect(element(".unseen[aria-live=polite]").textContent).toBe("Answer complete");
    expect(named("How does it work?").getAttribute("aria-live")).toBe("off");
  });
});

describe("the preview of a source", () => {
  test("opens on hover and closes on Escape", async () => {
    await show();
    const row = element('[aria-label="Sources"] li');
    row.dispatchEvent(new PointerEvent("pointerenter"));
    await vi.waitFor(() => expect(row.querySelector("[role=tooltip]")?.textContent).toContain("keywords #1"));
    press("Escape", {}, row);
    await vi.waitFor(() => expect(row.querySelector("[role=tooltip]")).toBeNull());
  });
});

describe("chats", () => {
  test("open in a focused dialog; Escape closes it and restores the focus", async () => {
    await show();
    named("Chat History").focus();
    named("Chat History").click();
    const dialog = element('[role=dialog][aria-label="Chats"]');
    await vi.waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true));
    press("Escape", {}, dialog);
    await vi.waitFor(() => expect(root.querySelector("[role=dialog]")).toBeNull());
    expect(document.activeElement).toBe(named("Chat History"));
  });

  test("can be opened and deleted", async () => {
    await show();
    named("Chat History").click();
    named("Delete chat: How does it work?").click();
    expect(sent()).toEqual({ type: "deleteChat", chat: "chat" });
    element("[role=dialog] .chat").click();
    expect(sent()).toEqual({ type: "openChat", chat: "chat" });
    expect(root.querySelector("[role=dialog]")).toBeNull();
    named("New Chat").click();
    expect(sent()).toEqual({ type: "newChat" });
  });
});

describe("setup", () => {
  test("fills an empty panel, with one primary button", async () => {
    await show(panel([], { situation: { kind: "noFolder" } }));
    expect(element('[aria-label="Setup"]').querySelectorAll(".button:not(.secondary)")).toHaveLength(1);
    expect(root.querySelector("textarea")).toBeNull();
    named("Open Folder").click();
    expect(sent()).toEqual({ type: "act", action: "openFolder" });
  });

  test("does not hide an existing chat", async () => {
    await show(panel([turn()], { situation: { kind: "failed", message: "No Python.", hint: "" } }));
    expect(element('[aria-label="Answer"]').textContent).toContain("It works");
    expect(element('[aria-label="Setup"]').textContent).toContain("No Python.");
  });

  test("offers a model if there is none, and still allows questions", async () => {
    const answering = { runtime: "sources", name: "no language model" };
    await show(panel([], { model: model({ answering, ollamaRuns: false, problem: "Ollama does not answer." }) }));
    named("Get Ollama").click();
    expect(sent()).toEqual({ type: "act", action: "getOllama" });
    type("Why?");
    expect(named("Ask").hasAttribute("disabled")).toBe(false);
  });

  test("the status line shows the model and the size of the index", async () => {
    await show();
    expect(element('[role=status][aria-label="Index and model"]').textContent).toContain("codellama");
    expect(element('[role=status][aria-label="Index and model"]').textContent).toContain("3 files, 10 chunks");
  });
});

describe("untrusted text", () => {
  const evil = `<img src=x onerror="globalThis.executed = true">\u202E\u001b[31m](command:evil)`;

  test("is always shown as text and never parsed as HTML", async () => {
    const html = vi.spyOn(Element.prototype, "innerHTML", "set");
    const hostile = turn({
      question: evil,
      text: `${evil}\n\n\`\`\`html\n${evil}\n\`\`\`\n\n[1]`,
      scope: [evil],
      notices: [evil],
      sources: [source(1, { path: evil, symbol: evil, preview: evil, reasons: [evil], language: "html" })],
      followUps: [evil],
    });
    await show(panel([hostile], { chats: [{ id: "c", title: evil, changed: 0, turns: 1 }] }));
    named("Chat History").click();
    element('[aria-label="Sources"] li').dispatchEvent(new PointerEvent("pointerenter"));
    await vi.waitFor(() => element("[role=tooltip]"));
    expect(root.querySelectorAll("img, script, a, iframe, [onerror], [href]")).toHaveLength(0);
    expect(root.textContent).not.toContain("\u202E");
    expect(root.textContent).not.toContain("\u001b");
    expect(root.textContent).toContain(String.raw`\u202E\u001B[31m](command:evil)`);
    expect(globalThis).not.toHaveProperty("executed");
    expect(html).not.toHaveBeenCalled();
  });

  test("an invalid message is ignored", async () => {
    await show();
    dispatchEvent(new MessageEvent("message", { data: { type: "state", state: { situation: "evil" } } }));
    await receive({ type: "focus", draft: "still here" });
    expect(box().value).toBe("still here");
  });
});
