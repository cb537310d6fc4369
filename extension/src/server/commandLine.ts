/** The command line that starts the server. */

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
