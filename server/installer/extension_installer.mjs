/**
 * Creates the extension's Python environment in a separate process, so that the editor never blocks. The extension
 * forks this process, sends one request and receives progress messages. When the extension exits, this process ends
 * together with every process that it started.
 */
import { ensureEnvironmentAt } from "./installation.mjs";
import { removeOthers } from "./leases.mjs";
import { MessageReport } from "./message_report.mjs";
import { extensionPlace } from "./places.mjs";
import { EnvironmentProblem } from "./problem.mjs";
import { killTree } from "./processes.mjs";

/**
 * @typedef {import("./python.mjs").Candidate} Candidate
 * @typedef {import("./places.mjs").ExtensionRequest & {candidates: Candidate[]}} InstallerRequest
 * @typedef {import("./message_report.mjs").ReportMessage
 *   | {type: "ready", python: string}
 *   | {type: "failed", message: string, hint: string}} InstallerMessage the last message is "ready" or "failed"
 */

/** @param {InstallerMessage} message */
function send(message) {
  process.send(message);
}

/** @param {InstallerRequest} request */
async function install({ candidates, ...request }) {
  const report = new MessageReport(send);
  const place = extensionPlace({ ...request, platform: process.platform });
  const python = await ensureEnvironmentAt(place, candidates, report);
  tidy(place, report);
  send({ type: "ready", python });
}

/** Removes older environments. One that is in use cannot be removed on Windows; a later set-up removes it. */
function tidy(place, report) {
  try {
    removeOthers(place.folder);
  } catch (error) {
    report.note(`could not remove an older environment: ${error.message}`);
  }
}

function fail(problem) {
  if (problem instanceof EnvironmentProblem)
    return send({ type: "failed", message: problem.message, hint: problem.hint });
  send({ type: "log", line: problem.stack });
  send({ type: "failed", message: `Set-up failed: ${problem.message}`, hint: "See the log, then choose Set Up." });
}

process.once("disconnect", () => killTree(process.pid));
process.once("message", async (request) => {
  await install(request).catch(fail);
  process.removeAllListeners("disconnect");
  process.disconnect();
});
