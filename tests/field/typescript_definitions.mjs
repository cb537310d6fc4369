/**
 * Prints the definitions that the parser of TypeScript finds in files of JavaScript and TypeScript.
 *
 * It reads the paths from standard input, one a line. Each line of the output has the path, the line and the name,
 * separated by tabs. Only functions, methods and types count, as in `against_ctags.py`.
 */

import { readFileSync } from "node:fs";
import ts from "typescript";

const NAMED = new Set([
  ts.SyntaxKind.FunctionDeclaration,
  ts.SyntaxKind.FunctionExpression,
  ts.SyntaxKind.MethodDeclaration,
  ts.SyntaxKind.MethodSignature,
  ts.SyntaxKind.GetAccessor,
  ts.SyntaxKind.SetAccessor,
  ts.SyntaxKind.ClassDeclaration,
  ts.SyntaxKind.ClassExpression,
  ts.SyntaxKind.InterfaceDeclaration,
  ts.SyntaxKind.EnumDeclaration,
  ts.SyntaxKind.TypeAliasDeclaration,
  ts.SyntaxKind.ModuleDeclaration,
]);
const HOLDERS = new Set([
  ts.SyntaxKind.VariableDeclaration,
  ts.SyntaxKind.PropertyAssignment,
  ts.SyntaxKind.PropertyDeclaration,
]);

for (const path of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  visit(file, file);
}

/** Prints the definition of a node, and those inside it. */
function visit(node, file) {
  const name = nameOf(node);
  if (name) {
    const line = file.getLineAndCharacterOfPosition(name.getStart(file)).line + 1;
    process.stdout.write(`${file.fileName}\t${line}\t${textOf(name, file)}\n`);
  }
  ts.forEachChild(node, (child) => visit(child, file));
}

/** Returns the node of the name that a node defines, if any. */
function nameOf(node) {
  if (ts.isConstructorDeclaration(node)) {
    return node.getChildren().find((child) => child.kind === ts.SyntaxKind.ConstructorKeyword);
  }
  if (NAMED.has(node.kind)) {
    return node.name;
  }
  if (HOLDERS.has(node.kind) && isFunctionOrClass(node.initializer)) {
    return node.name;
  }
  if (ts.isPropertySignature(node) && node.type && ts.isFunctionTypeNode(node.type)) {
    return node.name;
  }
  return assignedName(node);
}

/**
 * Returns the name under which an assignment keeps a function or a class, as in `exports.load = () => {}`.
 * `module.exports = () => {}` has none.
 */
function assignedName(node) {
  const assigns = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  if (!assigns || !isFunctionOrClass(assignedValue(node.right))) {
    return undefined;
  }
  const target = ts.isPropertyAccessExpression(node.left) ? node.left.name : node.left;
  const isName = ts.isIdentifier(target) || ts.isPrivateIdentifier(target);
  return isName && target.text !== "exports" ? target : undefined;
}

/** Returns the value of `a = b = value`. */
function assignedValue(node) {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken
    ? assignedValue(node.right)
    : node;
}

function isFunctionOrClass(node) {
  return node && (ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isClassExpression(node));
}

function textOf(name, file) {
  return ts.isStringLiteral(name) ? name.text : name.getText(file).replace(/\s+/g, " ");
}
