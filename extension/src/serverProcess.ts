/** How the server is started: its command line, and which of the editor's environment variables it gets. */

/** A program with its arguments. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** Python's own variables, and the one by which macOS tells a Python which virtual environment it belongs to. */
const STEERS_PYTHON = /^(PYTHON|__PYVENV_LAUNCHER__$)/i;

/**
 * The command line of the server.
 *
 * `-P` keeps the folder that it starts in off the module path: a file there must not stand in for a module of ours.
 */
export function serverCommand(python: string): CommandLine {
  return { command: python, args: ["-P", "-m", "sourcewise", "lsp"] };
}

/** The variables for the server: without those by which a user's shell steers another Python. */
export function serverVariables(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !STEERS_PYTHON.test(name)));
}
