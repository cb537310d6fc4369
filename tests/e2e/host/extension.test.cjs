/** Tests of the extension that must run inside VS Code. */
const assert = require("node:assert/strict");
const { writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");
const process = require("node:process");
const { describe, it, reporters } = require("mocha");
const vscode = require("vscode");

describe("the extension in the extension host", () => {
  const extension = vscode.extensions.getExtension("sourcewise.sourcewise");
  const { openPlace } = require(process.env.SOURCEWISE_OPEN_SOURCE);
  const folder = vscode.workspace.workspaceFolders[0].uri;
  const place = (uri, startLine, endLine) => ({ uri: uri.toString(), startLine, endLine });

  it("activates and reports its activation time", async () => {
    const { activationMilliseconds } = await extension.activate();

    assert.ok(activationMilliseconds > 0);
    reporters.Base.consoleLog(`      (in ${activationMilliseconds} ms)`);
  });

  it("registers every command that its manifest declares", async () => {
    const registered = new Set(await vscode.commands.getCommands(true));

    const declared = extension.packageJSON.contributes.commands.map(({ command }) => command);

    assert.ok(declared.length > 10);
    assert.deepEqual(
      declared.filter((command) => !registered.has(command)),
      [],
    );
  });

  it("opens a location in the workspace and selects its whole lines", async () => {
    await openPlace(place(vscode.Uri.joinPath(folder, "web", "cache.ts"), 3, 5), { beside: false });

    const { document, selection } = vscode.window.activeTextEditor;
    assert.equal(path.basename(document.fileName), "cache.ts");
    assert.equal(selection.start.line, 2);
    assert.ok(document.getText(selection).includes("private readonly entries"));
  });

  it("opens nothing outside the workspace, however its location is written", async () => {
    const secret = path.join(tmpdir(), "sourcewise-secret.txt");
    writeFileSync(secret, "this file must not be opened\n");
    const outside = [
      vscode.Uri.file(secret),
      vscode.Uri.joinPath(folder, "..", "..", "elsewhere.txt"),
      folder.with({ path: `${folder.path}-other/file.txt` }),
      vscode.Uri.parse("https://example.com/file.txt"),
      vscode.Uri.parse("command:workbench.action.closeAllEditors"),
    ];
    for (const uri of outside) await openPlace(place(uri, 1, 1), { beside: false }).catch(() => {});

    const open = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map((tab) => String(tab.input?.uri)));
    assert.deepEqual(
      open.filter((uri) => !uri.startsWith(folder.toString())),
      [],
    );
  });
});
