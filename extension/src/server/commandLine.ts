/** The command line that starts the server. */
import type { SourceServer } from "../environment/development";

/** A program with its arguments. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * The command line of the server.
 *
 * `-P` keeps the folder where it starts off the module path, so that no file there can replace one of our modules. `-E`
 * keeps environment variables from adding another folder.
 */
export function serverCommand(python: string): CommandLine {
  return { command: python, args: ["-EP", "-m", "sourcewise", "lsp"] };
}

/**
 * The command line of the server under debugpy. `-E` and `-P` have the same reasons here; without frozen modules, no
 * breakpoint is missed.
 */
export function debuggedServerCommand({ python, script, debugPort }: SourceServer): CommandLine {
  return { command: python, args: ["-EP", "-X", "frozen_modules=off", script, String(debugPort), "lsp"] };
}
