/**
 * Draws symbols of JavaScript and TypeScript trees and asks TypeScript's language service for their references.
 *
 *     node tests/bench/typescript_references.mjs DIR OUT [TREE …]
 *
 * Writes the form of `jedi_references.py`, for `exact_references.py`. Symbols are functions, methods, classes,
 * interfaces and constants outside of tests, 50 of each tree, with a fixed seed.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

const COUNT = 50;
const SOURCE = /\.[cm]?[jt]sx?$/;
const LEFT_OUT = /(^|\/)(node_modules|\.git|dist|docs|tests?|spec|spec-dtslint|__tests__|bench\w*|examples?)(\/|$)/;
const OPTIONS = {
  allowJs: true,
  checkJs: false,
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  target: ts.ScriptTarget.Latest,
  noLib: false,
};

const [directory, out, ...trees] = process.argv.slice(2);
const lines = trees.flatMap((tree) => answersOf(tree));
writeFileSync(out, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));

/** Returns the drawn symbols of a tree with their references. */
function answersOf(tree) {
  const folder = join(directory, tree);
  const files = filesOf(folder);
  const service = serviceFor(folder, files);
  const program = service.getProgram();
  const symbols = files
    .filter((file) => !LEFT_OUT.test(relative(folder, file)))
    .flatMap((file) => symbolsOf(program.getSourceFile(file)))
    .map((symbol) => ({ ...symbol, tree, file: symbol.path, path: relative(folder, symbol.path) }));
  return drawn(symbols).map(({ file, position, ...symbol }) => ({
    key: `${tree}/${symbol.path}:${symbol.line}`,
    symbol,
    references: referencesOf(service, program, folder, file, position, symbol.name),
  }));
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name) && !entry.name.includes(".min."))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/(^|\/)(node_modules|\.git|dist)\//.test(relative(folder, file)))
    .sort();
}

function serviceFor(folder, files) {
  return ts.createLanguageService({
    getScriptFileNames: () => files,
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) =>
      ts.sys.fileExists(file) ? ts.ScriptSnapshot.fromString(readFileSync(file, "utf8")) : undefined,
    getCurrentDirectory: () => folder,
    getCompilationSettings: () => OPTIONS,
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
  });
}

/** Returns the functions, methods, classes, interfaces and constants of a file. */
function symbolsOf(file) {
  const found = [];
  const visit = (node) => {
    const kind = kindOf(node);
    if (kind && node.name && ts.isIdentifier(node.name)) {
      const position = node.name.getStart(file);
      const { line, character } = file.getLineAndCharacterOfPosition(position);
      const name = node.name.text;
      found.push({ path: file.fileName, line: line + 1, column: character, name, qualified: name, kind, position });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function kindOf(node) {
  if (ts.isFunctionDeclaration(node)) return "function";
  if (ts.isMethodDeclaration(node) && ts.isClassLike(node.parent)) return "method";
  if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) return "class";
  return isConstant(node) ? "constant" : "";
}

function isConstant(node) {
  const isTop = ts.isVariableDeclaration(node) && node.parent.parent.parent.kind === ts.SyntaxKind.SourceFile;
  return isTop && !/require\(/.test(node.initializer?.getText() ?? "");
}

/** Returns some of the symbols, chosen by a fixed seed. */
function drawn(symbols) {
  let state = 17;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return symbols
    .map((symbol) => [random(), symbol])
    .sort(([one], [other]) => one - other)
    .slice(0, COUNT)
    .map(([, symbol]) => symbol);
}

function referencesOf(service, program, folder, file, position, name) {
  const found = (service.findReferences(file, position) ?? []).flatMap((group) => group.references);
  return found
    .filter((entry) => !entry.isDefinition && entry.fileName.startsWith(folder))
    .map((entry) => ({ entry, source: program.getSourceFile(entry.fileName) }))
    .filter(({ entry, source }) => source.text.startsWith(name, entry.textSpan.start))
    .filter(({ entry, source }) => isUse(source, entry.textSpan.start))
    .map(({ entry, source }) => {
      const { line, character } = source.getLineAndCharacterOfPosition(entry.textSpan.start);
      const after = source.text.slice(entry.textSpan.start + name.length, entry.textSpan.start + name.length + 200);
      const isCall = /^\s*(\?\.)?(<[^>()]{0,100}>)?\(/.test(after);
      return { path: relative(folder, entry.fileName), line: line + 1, column: character, is_call: isCall };
    });
}

/** Returns whether a position is neither in a comment nor the name of a definition, such as an override. */
function isUse(source, position) {
  let node = source;
  for (let inner = source; inner; ) {
    node = inner;
    inner = ts.forEachChild(node, (child) =>
      child.getStart(source) <= position && position < child.getEnd() ? child : undefined,
    );
  }
  if (!ts.isIdentifier(node) && !ts.isPrivateIdentifier(node)) return false;
  const { parent } = node;
  const defines = ts.isFunctionLike(parent) || ts.isClassLike(parent) || ts.isInterfaceDeclaration(parent);
  const declares = defines || ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent);
  return !(declares && parent.name === node);
}
