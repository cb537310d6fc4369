/** Builds the command line that starts the server. */

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
