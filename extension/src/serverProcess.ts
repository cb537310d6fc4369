/** How the server is started: its command line, and which of the editor's environment variables it gets. */

import { pythonVariables } from "../../server/installer/programs.mjs";

/** A program with its arguments. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * The command line of the server.
 *
 * `-P` keeps the folder that it starts in off the module path: a file there must not stand in for a module of ours. With
 * `-E` no variable puts another folder on it.
 */
export function serverCommand(python: string): CommandLine {
  return { command: python, args: ["-EP", "-m", "sourcewise", "lsp"] };
}

/** The variables for the server: without those by which a user's shell steers another Python, and relative entries of PATH. */
export function serverVariables(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return pythonVariables(variables);
}
