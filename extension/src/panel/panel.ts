/**
 * The side panel: joins the chat, what is known of the world around it, and the view that shows both. Hides that the view
 * comes and goes: it is told everything anew whenever it says that it is ready, and nothing is lost with it.
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
import { mayLeave } from "./consent";
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
const FRAME_MS = 50;
/** The server hears of changed settings when we do, but has to ask for them before it knows them. */
const SETTINGS_ARRIVE_MS = 1000;

type Handlers = { [Type in ViewMessage["type"]]: (message: Extract<ViewMessage, { type: Type }>) => unknown };

export class Panel implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly view: PanelView;
  private readonly store: ChatStore;
  private readonly conversation: Conversation;
  private readonly models: Models;
  private readonly editors = new Editors();
  private readonly files = new WorkspaceFiles();
  private readonly state = new RateLimiter(() => this.sendState(), FRAME_MS);
  private readonly turn = new RateLimiter(() => this.sendTurn(), FRAME_MS);
  private readonly handlers: Handlers;
  private readonly subscriptions: { dispose(): unknown }[];
  private chats: ChatSummary[] = [];
  private growing = "";
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
    this.conversation = new Conversation(server, (question) => this.scopeOf(question), mayLeave, {
      turnGrew: (turn) => this.turnGrew(turn),
      chatChanged: () => this.chatChanged(),
    });
    const files = vscode.Uri.joinPath(context.extensionUri, "extension", "dist");
    this.view = new PanelView(files, (message) => void this.receive(message), log);
    this.handlers = this.createHandlers();
    this.subscriptions = this.listen();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.isReady = false;
    this.view.fill(view);
  }

  /** Shows the panel with the cursor in the ask box, and a question there that is to be asked or changed. */
  async reveal(draft?: string): Promise<void> {
    this.focus = { draft: draft ?? null };
    await vscode.commands.executeCommand(`${panelViewOf(vscode.version)}.focus`);
    if (this.isReady) this.sendFocus();
  }

  /** Begins a chat. */
  async newChat(): Promise<void> {
    await this.restore();
    this.conversation.open(emptyChat());
    await this.reveal();
  }

  /** Explains lines, or the symbol at a cursor, in the chat; `title` is what the user is seen to have asked. */
  async explain(selection: Selection, title: string): Promise<void> {
    await this.reveal();
    await this.restore();
    await this.conversation.explain(selection, title);
    this.refreshModels();
  }

  /** Lets the user choose a model and downloads it, which the panel shows. */
  async chooseDownload(): Promise<void> {
    const model = await chooseDownload(this.models);
    if (!model) return;
    await this.reveal();
    await this.models.pull(model);
  }

  /** Resolves when all chats are kept. */
  async dispose(): Promise<void> {
    for (const part of [...this.subscriptions, this.conversation, this.models, this.editors]) part.dispose();
    this.state.dispose();
    this.turn.dispose();
    await this.store.flush();
  }

  private createHandlers(): Handlers {
    const actions = createActions(this.environment, this.models);
    return {
      ready: () => this.viewIsReady(),
      ask: ({ question }) => this.answered(this.conversation.ask(question)),
      stop: ({ turn }) => this.conversation.stop(turn),
      regenerate: ({ turn }) => this.answered(this.conversation.regenerate(turn)),
      openSource: ({ turn, number, beside }) => this.openIssued(this.conversation.placeOfSource(turn, number), beside),
      openMention: ({ turn, name, beside }) => this.openIssued(this.conversation.placeOfMention(turn, name), beside),
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
        if (change.affectsConfiguration("sourcewise")) setTimeout(() => this.refreshModels(), SETTINGS_ARRIVE_MS);
      }),
    ];
  }

  // --- what the view says -----------------------------------------------------------------------------

  private async receive(message: ViewMessage): Promise<void> {
    const handle = this.handlers[message.type] as (message: ViewMessage) => unknown;
    try {
      await handle(message);
    } catch (error) {
      showFailure(error, this.log);
    }
  }

  private async viewIsReady(): Promise<void> {
    await this.restore();
    this.isReady = true;
    this.state.now();
    this.sendFocus();
    this.refreshModels();
    await this.refreshChats();
  }

  private async answered(answer: Promise<void>): Promise<void> {
    await answer;
    this.refreshModels();
  }

  private async openIssued(place: Place | undefined, beside: boolean): Promise<void> {
    if (place) await openPlace(place, { beside });
    else this.log.warn("The panel's view asked for a place that it was never given. It was not opened.");
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
    const items = completionsOf(word, this.editors.situated, await this.files.list(), choices);
    this.view.send({ type: "completions", request, items });
  }

  /** What the index of the folder in use has; nothing while nobody can tell. */
  private async choices(): Promise<IndexChoices> {
    if (this.server.state.kind !== "running") return NO_CHOICES;
    const { file, folders } = this.editors.situated;
    const folder = (file?.folder ?? folders[0])?.uri ?? null;
    return this.server.request(INDEX_CHOICES, { folder }).catch(() => NO_CHOICES);
  }

  // --- what the view is told --------------------------------------------------------------------------

  private sendState(): void {
    this.view.send({ type: "state", state: this.snapshot() });
  }

  private sendTurn(): void {
    const turn = this.conversation.shownTurn(this.growing);
    if (turn) this.view.send({ type: "turn", turn });
  }

  private sendFocus(): void {
    if (this.focus) this.view.send({ type: "focus", ...this.focus });
    this.focus = undefined;
  }

  private snapshot(): PanelState {
    const situation = situationOf({
      folders: this.editors.situated.folders.length,
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

  // --- what happens around it -------------------------------------------------------------------------

  private turnGrew(turn: string): void {
    this.growing = turn;
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

  /** Who answers is a remark at the panel's edge: where the server cannot tell, the log says why. */
  private refreshModels(): void {
    if (this.server.state.kind !== "running") return;
    this.models.refresh().catch((error: unknown) => this.log.warn(`The models cannot be listed: ${String(error)}`));
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
    return readScope(question, this.editors.situated, (folder, path) => this.files.kindOf(folder, path));
  }

  private isListed(id: string): boolean {
    return this.chats.some((chat) => chat.id === id);
  }
}
