/** Builds the command line that starts the server. */
import type { SourceServer } from "../environment/development";

/** A program with its arguments. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Returns the command line of the server.
 *
 * `-P` keeps the working directory off the module search path, so that no file there can shadow one of our modules. `-E`
 * keeps environment variables from adding other folders to it.
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
