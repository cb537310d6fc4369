/** Creates the repository's own environment from a terminal. */
import { ensureEnvironmentAt } from "./installation.mjs";
import { repositoryPlace } from "./places.mjs";
import { namedPythons } from "./python.mjs";
import { TerminalReport } from "./terminal_report.mjs";

/**
 * @param {string} root of the repository
 * @param {string[]} extras the extras of pyproject.toml that are needed
 * @returns {Promise<string>} the environment's Python
 * @throws {import("./problem.mjs").EnvironmentProblem} when it cannot be created
 */
export function ensureEnvironment(root, extras) {
  const { platform, env } = process;
  const place = repositoryPlace({ root, extras, interpreter: env.SOURCEWISE_PYTHON || null, platform });
  return ensureEnvironmentAt(place, namedPythons(platform), new TerminalReport());
}
