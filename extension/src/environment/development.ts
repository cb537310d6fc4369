/**
 * Lets a contributor debug the extension with the server from the repository's sources. This requires that the editor loads
 * the extension for development, and that `.vscode/launch.json` names a port, so an installed extension never does it.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { repositoryPlace } from "../../../server/installer/places.mjs";
import { UserError } from "../userError";

/** The port on which the server waits for a Python debugger. */
const PORT_VARIABLE = "SOURCEWISE_DEBUG_PORT";

/** A server that runs from the sources. */
export interface SourceServer {
  /** The Python of the repository's environment. */
  readonly python: string;
  /** Starts the server under debugpy. */
  readonly script: string;
  readonly debugPort: number;
}

/** What the editor says about the extension. */
export interface Extension {
  /** The folder that it is loaded from. */
  readonly folder: string;
  readonly isInDevelopment: boolean;
}

/** Returns the server from the sources in a debugging session of the extension; otherwise undefined. */
export function sourceServer(
  { folder, isInDevelopment }: Extension,
  variables: NodeJS.ProcessEnv,
): SourceServer | undefined {
  const port = Number(variables[PORT_VARIABLE]);
  if (!isInDevelopment || !Number.isInteger(port) || port <= 0) return undefined;
  const { python } = repositoryPlace({ root: folder, extras: [], interpreter: null, platform: process.platform });
  return { python, script: path.join(folder, "server", "debugged_server.py"), debugPort: port };
}

/** Returns the Python of the repository's environment. Throws a UserError if the environment does not exist. */
export function pythonOf({ python }: SourceServer): string {
  if (existsSync(python)) return python;
  throw new UserError(`There is no Python at ${python}.`, "Run “npm run watch” in the repository.", "Environment");
}
