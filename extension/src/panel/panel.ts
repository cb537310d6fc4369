/**
 * The side panel: connects the chat, the state of server, index and models, and the view. Hides that VS Code creates and
 * destroys the view at any time: the panel sends the complete state whenever the view is ready, so no state is lost.
 */
import * as vscode from "vscode";
import type { PythonEnvironment } from "../environment/environment";
import { INDEX_CHOICES, type IndexChoices, type Selection } from "../generated/protocol";
import { showFailure } from "../notifications/failures";
import { openPlace } from "../places/openSource";
import type { Server } from "../server/client";
import { createActions } from "./actions";
import { emptyChat, shownChat } from "./chat";
import { ChatStore } from "./chatStore";
import { completesFromIndex, completionsOf } from "./completion";
import { requestConsent } from "./consent";
import { Conversation } from "./conversation";
import { Editors } from "./editors";
import { NO_CHOICES } from "./filters";
import type { ChatSummary, PanelState, ViewMessage } from "./messages";
import { chooseDownload } from "./modelPicker";
import { Models } from "./models";
import { panelViewOf } from "./placement";
import { RateLimiter } from "./rateLimiter";
import { readScope } from "./scope";
import { indexSummaryOf, situationOf } from "./situation";
import type { Place } from "./turn";
import { PanelView } from "./view";
import { WorkspaceFiles } from "./workspaceFiles";

const LAST_CHAT = "sourcewise.lastChat";
const UPDATE_INTERVAL_MS = 50;
/** Delay after a settings change. The server is notified at the same time as we are, but must then request the settings. */
const SETTINGS_DELAY_MS = 1000;

type Handlers = { [Type in ViewMessage["type"]]: (message: Extract<ViewMessage, { type: Type }>) => unknown };

export class Panel implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly view: PanelView;
  private readonly store: ChatStore;
  private readonly conversation: Conversation;
  private readonly models: Models;
  private readonly editors = new Editors();
  private readonly files = new WorkspaceFiles();
  private readonly state = new RateLimiter(() => this.sendState(), UPDATE_INTERVAL_MS);
  private readonly turn = new RateLimiter(() => this.sendTurn(), UPDATE_INTERVAL_MS);
  private readonly handlers: Handlers;
  private readonly subscriptions: { dispose(): unknown }[];
  private chats: ChatSummary[] = [];
  private streamingTurn = "";
  private focus: { draft: string | null } | undefined;
  private isReady = false;
  private restored: Promise<void> | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
    private readonly environment: PythonEnvironment,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const storage = vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, "chats");
    this.store = new ChatStore(storage.fsPath, (sentence) => log.warn(sentence));
    this.models = new Models(server);
    this.conversation = new Conversation(server, (question) => this.scopeOf(question), requestConsent, {
      answerGrew: (turn) => this.answerGrew(turn),
      chatChanged: () => this.chatChanged(),
    });
    const files = vscode.Uri.joinPath(context.extensionUri, "extension", "dist");
    this.view = new PanelView(files, (message) => void this.receive(message), log);
    this.handlers = this.createHandlers();
    this.subscriptions = this.listen();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.isReady = false;
    this.view.attach(view);
  }

  /** Shows the panel and focuses the ask box. `draft` becomes its text, for the user to edit or send. */
  async reveal(draft?: string): Promise<void> {
    this.focus = { draft: draft ?? null };
    await vscode.commands.executeCommand(`${panelViewOf(vscode.version)}.focus`);
    if (this.isReady) this.sendFocus();
  }

  /** Starts a new chat. */
  async newChat(): Promise<void> {
    await this.restore();
    this.conversation.open(emptyChat());
    await this.reveal();
  }

  /** Explains lines, or the symbol at a cursor, in the chat. `title` is shown as the user's question. */
  async explain(selection: Selection, title: string): Promise<void> {
    await this.reveal();
    await this.restore();
    await this.conversation.explain(selection, title);
    this.refreshModels();
  }

  /** Lets the user choose a model, and downloads it. The panel shows the progress. */
  async chooseDownload(): Promise<void> {
    const model = await chooseDownload(this.models);
    if (!model) return;
    await this.reveal();
    await this.models.pull(model);
  }

  /** Stops everything. Resolves when all chats are saved. */
  async dispose(): Promise<void> {
    for (const part of [...this.subscriptions, this.conversation, this.models, this.editors]) part.dispose();
    this.state.dispose();
    this.turn.dispose();
    await this.store.flush();
  }

  private createHandlers(): Handlers {
    const actions = createActions(this.environment, this.models);
    return {
      ready: () => this.onViewReady(),
      ask: ({ question }) => this.afterAnswer(this.conversation.ask(question)),
      stop: ({ turn }) => this.conversation.stop(turn),
      regenerate: ({ turn }) => this.afterAnswer(this.conversation.regenerate(turn)),
      openSource: ({ turn, number, beside }) =>
        this.openLocation(this.conversation.placeOfSource(turn, number), beside),
      openMention: ({ turn, name, beside }) => this.openLocation(this.conversation.placeOfMention(turn, name), beside),
      copy: ({ text }) => vscode.env.clipboard.writeText(text),
      insertAtCursor: ({ text }) => this.editors.insert(text),
      newChat: () => this.newChat(),
      openChat: ({ chat }) => this.openChat(chat),
      deleteChat: ({ chat }) => this.deleteChat(chat),
      complete: ({ request, word }) => this.complete(request, word),
      act: ({ action }) => actions[action](),
    };
  }

  private listen(): { dispose(): unknown }[] {
    const changed = (): void => this.state.request();
    return [
      this.environment.onDidChange(changed),
      this.server.onDidChange(() => this.serverChanged()),
      this.server.onDidChangeIndex(changed),
      this.models.onDidChange(changed),
      vscode.workspace.onDidGrantWorkspaceTrust(changed),
      vscode.workspace.onDidChangeWorkspaceFolders(changed),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("sourcewise")) setTimeout(() => this.refreshModels(), SETTINGS_DELAY_MS);
      }),
    ];
  }

  // --- messages from the view -------------------------------------------------------------------------

  private async receive(message: ViewMessage): Promise<void> {
    const handle = this.handlers[message.type] as (message: ViewMessage) => unknown;
    try {
      await handle(message);
    } catch (error) {
      showFailure(error, this.log);
    }
  }

  private async onViewReady(): Promise<void> {
    await this.restore();
    this.isReady = true;
    this.state.now();
    this.sendFocus();
    this.refreshModels();
    await this.refreshChats();
  }

  private async afterAnswer(answer: Promise<void>): Promise<void> {
    await answer;
    this.refreshModels();
  }

  private async openLocation(place: Place | undefined, beside: boolean): Promise<void> {
    if (place) await openPlace(place, { beside });
    else this.log.warn("The panel's view asked to open an unknown location. The request was ignored.");
  }

  private async openChat(id: string): Promise<void> {
    if (id === this.conversation.chat.id) return;
    const chat = this.isListed(id) ? await this.store.read(id) : undefined;
    if (chat) this.conversation.open(chat);
    else await this.refreshChats();
  }

  private async deleteChat(id: string): Promise<void> {
    if (!this.isListed(id)) return;
    if (id === this.conversation.chat.id) this.conversation.open(emptyChat());
    await this.store.delete(id);
    await this.refreshChats();
  }

  private async complete(request: number, word: string): Promise<void> {
    const choices = completesFromIndex(word) ? await this.choices() : NO_CHOICES;
    const items = completionsOf(word, this.editors.context, await this.files.list(), choices);
    this.view.send({ type: "completions", request, items });
  }

  /** Returns the filter values from the active folder's index; none while the server cannot provide them. */
  private async choices(): Promise<IndexChoices> {
    if (this.server.state.kind !== "running") return NO_CHOICES;
    const { file, folders } = this.editors.context;
    const folder = (file?.folder ?? folders[0])?.uri ?? null;
    return this.server.request(INDEX_CHOICES, { folder }).catch(() => NO_CHOICES);
  }

  // --- messages to the view ---------------------------------------------------------------------------

  private sendState(): void {
    this.view.send({ type: "state", state: this.snapshot() });
  }

  private sendTurn(): void {
    const turn = this.conversation.shownTurn(this.streamingTurn);
    if (turn) this.view.send({ type: "turn", turn });
  }

  private sendFocus(): void {
    if (this.focus) this.view.send({ type: "focus", ...this.focus });
    this.focus = undefined;
  }

  private snapshot(): PanelState {
    const situation = situationOf({
      folders: this.editors.context.folders.length,
      trusted: vscode.workspace.isTrusted,
      environment: this.environment.state,
      server: this.server.state,
    });
    const chat = shownChat(this.conversation.chat);
    return {
      situation,
      index: indexSummaryOf(this.server.indexState),
      model: this.models.summary,
      chat,
      chats: this.chats,
    };
  }

  // --- events -----------------------------------------------------------------------------------------

  private answerGrew(turn: string): void {
    this.streamingTurn = turn;
    this.turn.request();
    this.store.save(this.conversation.chat);
  }

  private chatChanged(): void {
    const { chat } = this.conversation;
    this.store.save(chat);
    void this.context.workspaceState.update(LAST_CHAT, chat.id);
    this.state.request();
    void this.refreshChats();
  }

  private serverChanged(): void {
    this.state.request();
    this.refreshModels();
  }

  /** Updates the model summary. It is a minor part of the panel, so a failure is only logged. */
  private refreshModels(): void {
    if (this.server.state.kind !== "running") return;
    this.models.refresh().catch((error: unknown) => this.log.warn(`Cannot list the models: ${String(error)}`));
  }

  private async refreshChats(): Promise<void> {
    this.chats = await this.store.list();
    this.state.request();
  }

  private restore(): Promise<void> {
    this.restored ??= this.openLastChat();
    return this.restored;
  }

  private async openLastChat(): Promise<void> {
    const id = this.context.workspaceState.get<string>(LAST_CHAT);
    const chat = id ? await this.store.read(id) : undefined;
    if (chat) this.conversation.open(chat);
  }

  private scopeOf(question: string): ReturnType<typeof readScope> {
    return readScope(question, this.editors.context, (folder, path) => this.files.kindOf(folder, path));
  }

  private isListed(id: string): boolean {
    return this.chats.some((chat) => chat.id === id);
  }
}
