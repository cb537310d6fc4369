/**
 * Makes the extension's own environment, in a process apart so that the editor never waits. The extension forks it,
 * sends one request and is told what goes on; when the extension goes away, it ends with all that it started.
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
 *   | {type: "failed", message: string, hint: string}} InstallerMessage the last is one of "ready" and "failed"
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

/** What cannot be removed now, as on Windows while it is in use, is removed by a later set-up. */
function tidy(place, report) {
  try {
    removeOthers(place.folder);
  } catch (error) {
    report.note(`an older environment could not be removed: ${error.message}`);
  }
}

function fail(problem) {
  if (problem instanceof EnvironmentProblem)
    return send({ type: "failed", message: problem.message, hint: problem.hint });
  send({ type: "log", line: problem.stack });
  send({ type: "failed", message: `The set-up failed: ${problem.message}`, hint: "See the log, then choose Set Up." });
}

process.once("disconnect", () => killTree(process.pid));
process.once("message", async (request) => {
  await install(request).catch(fail);
  process.removeAllListeners("disconnect");
  process.disconnect();
});
