/**
 * The webview that shows the panel. Hides when there is one: what is sent to a view that is not there is dropped, and what
 * a view says is checked before anybody acts on it.
 */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { type HostMessage, readViewMessage, type ViewMessage } from "./messages";
import { pageOf } from "./page";

export class PanelView {
  private webview: vscode.Webview | undefined;

  /**
   * @param files the folder with the script and the style; nothing else can be loaded
   * @param receive is told what the view says
   * @param log of what the view says and must not
   */
  constructor(
    private readonly files: vscode.Uri,
    private readonly receive: (message: ViewMessage) => void,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Shows the panel in a view that VS Code made. */
  fill({ webview, onDidDispose }: vscode.WebviewView): void {
    this.webview = webview;
    webview.options = { enableScripts: true, localResourceRoots: [this.files] };
    webview.onDidReceiveMessage((value: unknown) => this.check(value));
    onDidDispose(() => {
      if (this.webview === webview) this.webview = undefined;
    });
    webview.html = pageOf({
      script: this.addressOf(webview, "webview.js"),
      style: this.addressOf(webview, "webview.css"),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("hex"),
    });
  }

  /** Tells the view, if there is one. */
  send(message: HostMessage): void {
    void this.webview?.postMessage(message);
  }

  private check(value: unknown): void {
    const message = readViewMessage(value);
    if (message) this.receive(message);
    else this.log.warn("The panel's view sent what is no message of ours. It was dropped.");
  }

  private addressOf(webview: vscode.Webview, file: string): string {
    return webview.asWebviewUri(vscode.Uri.joinPath(this.files, file)).toString();
  }
}
