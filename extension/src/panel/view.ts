/**
 * The webview that shows the panel. Hides whether one exists: messages to a missing view are dropped, and messages from a
 * view are validated before they are handled.
 */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { type HostMessage, readViewMessage, type ViewMessage } from "./messages";
import { pageOf } from "./page";

export class PanelView {
  private webview: vscode.Webview | undefined;

  /**
   * @param files the folder with the script and the style sheet; nothing else can be loaded
   * @param receive called with each valid message from the view
   * @param log receives a warning for each invalid message
   */
  constructor(
    private readonly files: vscode.Uri,
    private readonly receive: (message: ViewMessage) => void,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Shows the panel in a view that VS Code created. */
  attach({ webview, onDidDispose }: vscode.WebviewView): void {
    this.webview = webview;
    webview.options = { enableScripts: true, localResourceRoots: [this.files] };
    webview.onDidReceiveMessage((value: unknown) => this.onMessage(value));
    onDidDispose(() => {
      if (this.webview === webview) this.webview = undefined;
    });
    webview.html = pageOf({
      script: this.uriOf(webview, "webview.js"),
      style: this.uriOf(webview, "webview.css"),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("hex"),
    });
  }

  /** Sends a message to the view, if there is one. */
  send(message: HostMessage): void {
    void this.webview?.postMessage(message);
  }

  private onMessage(value: unknown): void {
    const message = readViewMessage(value);
    if (message) this.receive(message);
    else this.log.warn("Dropped an invalid message from the panel's view.");
  }

  private uriOf(webview: vscode.Webview, file: string): string {
    return webview.asWebviewUri(vscode.Uri.joinPath(this.files, file)).toString();
  }
}
