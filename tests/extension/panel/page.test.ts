import { describe, expect, it } from "vitest";
import { pageOf } from "../../../extension/src/panel/page";

const page = pageOf({ script: "vscode:/webview.js", style: "vscode:/webview.css", cspSource: "vscode:", nonce: "abc" });
const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.split("; ");

describe("the page", () => {
  it("may load only our script, our styles and our font", () => {
    expect(policy).toEqual(["default-src 'none'", "script-src 'nonce-abc'", "style-src vscode:", "font-src vscode:"]);
  });

  it("has one script, with the nonce, and nothing inline", () => {
    expect(page.match(/<script[^>]*>[^<]*/g)).toEqual(['<script nonce="abc" src="vscode:/webview.js">']);
    expect(page).not.toMatch(/<style|\son\w+=|style="/);
  });
});
