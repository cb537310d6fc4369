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
 * `-P` keeps the folder where it starts off the module path, so that no file there can replace one of our modules. `-E`
 * keeps environment variables from adding another folder.
 */
export function serverCommand(python: string): CommandLine {
  return { command: python, args: ["-EP", "-m", "sourcewise", "lsp"] };
}

/** The variables for the server: without those by which a user's shell steers another Python, and relative entries of PATH. */
export function serverVariables(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return pythonVariables(variables);
}
