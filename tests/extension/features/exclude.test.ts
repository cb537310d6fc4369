/** Writes `.sourcewiseignore` in a real folder with a minimal fake of the editor. */
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const FILE = 1;
const DIRECTORY = 2;
const SYMBOLIC_LINK = 64;

let root: string;

class Uri {
  constructor(readonly fsPath: string) {}
  static joinPath = (base: Uri, name: string): Uri => new Uri(path.join(base.fsPath, name));
  toString = (): string => `file://${this.fsPath}`;
}

/** A fake document that reads its file when it is opened and writes it when it is saved. */
function documentOf({ fsPath }: Uri): object {
  const text = pending.get(fsPath) ?? readFileSync(fsPath, "utf8");
  return {
    getText: () => pending.get(fsPath) ?? text,
    positionAt: () => undefined,
    save: () => {
      writeFileSync(fsPath, pending.get(fsPath) ?? text);
      return Promise.resolve(true);
    },
  };
}

const pending = new Map<string, string>();

class WorkspaceEdit {
  readonly steps: (() => void)[] = [];
  createFile = ({ fsPath }: Uri): void => void this.steps.push(() => existsSync(fsPath) || writeFileSync(fsPath, ""));
  insert = ({ fsPath }: Uri, _: unknown, text: string): void =>
    void this.steps.push(() => pending.set(fsPath, readFileSync(fsPath, "utf8") + text));
}

/** Returns the file type as VS Code does: for a link, the type of its target, if that exists, plus the link flag. */
function typeOf(file: string): number {
  const link = lstatSync(file).isSymbolicLink() ? SYMBOLIC_LINK : 0;
  const target = statSync(file, { throwIfNoEntry: false });
  if (!target) return link;
  return link | (target.isDirectory() ? DIRECTORY : FILE);
}

vi.mock("vscode", () => ({
  FileType: { Unknown: 0, File: FILE, Directory: DIRECTORY, SymbolicLink: SYMBOLIC_LINK },
  Uri,
  WorkspaceEdit,
  window: { showInformationMessage: () => Promise.resolve(undefined) },
  workspace: {
    applyEdit: ({ steps }: WorkspaceEdit) => {
      for (const step of steps) step();
      return Promise.resolve(true);
    },
    asRelativePath: ({ fsPath }: Uri) => path.relative(root, fsPath),
    fs: { stat: async ({ fsPath }: Uri) => Promise.resolve().then(() => ({ type: typeOf(fsPath) })) },
    getWorkspaceFolder: ({ fsPath }: Uri) => (fsPath.startsWith(root) ? { uri: new Uri(root) } : undefined),
    openTextDocument: (uri: Uri) => Promise.resolve(documentOf(uri)),
  },
}));

const { exclude } = await import("../../../extension/src/features/exclude");
const excludeAt = (file: string): Promise<void> => exclude([new Uri(file) as never]);

let outside: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "sourcewise-exclude-"));
  outside = mkdtempSync(path.join(tmpdir(), "sourcewise-outside-"));
  pending.clear();
  writeFileSync(path.join(root, "a.py"), "");
});

afterEach(() => {
  for (const folder of [root, outside]) rmSync(folder, { recursive: true });
});

describe("excluding a file", () => {
  it("appends its pattern", async () => {
    await excludeAt(path.join(root, "a.py"));
    expect(readFileSync(path.join(root, ".sourcewiseignore"), "utf8")).toBe("/a.py\n");
  });

  it("changes nothing outside the workspace if the ignore file is a link", async () => {
    const target = path.join(outside, ".bashrc");
    writeFileSync(target, "# mine\n");
    symlinkSync(target, path.join(root, ".sourcewiseignore"));
    await expect(excludeAt(path.join(root, "a.py"))).rejects.toThrow(/is a symbolic link/);
    expect(readFileSync(target, "utf8")).toBe("# mine\n");
  });

  it("creates no file outside the workspace if the ignore file is a dangling link", async () => {
    symlinkSync(path.join(outside, "new"), path.join(root, ".sourcewiseignore"));
    await expect(excludeAt(path.join(root, "a.py"))).rejects.toThrow(/is a symbolic link/);
    expect(existsSync(path.join(outside, "new"))).toBe(false);
  });

  it("changes nothing inside the workspace through such a link either", async () => {
    symlinkSync("a.py", path.join(root, ".sourcewiseignore"));
    await expect(excludeAt(path.join(root, "a.py"))).rejects.toThrow(/is a symbolic link/);
    expect(readFileSync(path.join(root, "a.py"), "utf8")).toBe("");
  });

  it("refuses a file outside the workspace", async () => {
    writeFileSync(path.join(outside, "b.py"), "");
    await expect(excludeAt(path.join(outside, "b.py"))).rejects.toThrow(/inside a workspace folder/);
  });
});
