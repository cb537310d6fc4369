/**
 * Reports an installation as messages to the process that started it. Hides how progress is estimated: pip reports no
 * overall progress, so it is derived from pip's output.
 */
import { activityOf, bytesOf, isNoise, startsUnpacking } from "./pip_output.mjs";
import { reportLines } from "./processes.mjs";

/** Only downloads of at least this many bytes count as progress; smaller ones say little about a step's progress. */
const LARGE_FILE = 50e6;
const MEGABYTE = 1e6;

/** The fraction of a step that is downloading; the rest is unpacking. */
const DOWNLOAD_SHARE = 0.6;
/** The progress that each new package adds to its step. */
const PACKAGE_SHARE = 0.003;

/**
 * @typedef {{type: "progress", message: string, fraction: number} | {type: "log", line: string}} ReportMessage
 *   `fraction` never decreases
 */

/** @implements {import("./installation.mjs").Report} */
export class MessageReport {
  #send;
  #step = { number: 0, of: 0, title: "", from: 0, to: 0 };
  /** The progress within the step, 0 to 1. */
  #within = 0;
  pipOptions = ["--progress-bar", "raw"];

  /** @param {(message: ReportMessage) => void} send */
  constructor(send) {
    this.#send = send;
  }

  note(message) {
    this.#log(message);
  }

  step(step) {
    this.#step = step;
    this.#within = 0;
    this.#log(`${step.number}/${step.of} ${step.title}`);
    this.#sendProgress();
  }

  wait(message) {
    this.#log(message);
    const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
    this.#send({ type: "progress", message: sentence, fraction: 0 });
    return () => {};
  }

  async run(command, args, keepsOpen) {
    const lines = [];
    this.#log(`$ ${[command, ...args].join(" ")}`);
    const onLine = (line) => {
      if (isNoise(line)) return;
      const bytes = bytesOf(line);
      if (bytes) return this.#receive(bytes);
      lines.push(line);
      this.#log(line);
      this.#startActivity(line);
    };
    const code = await reportLines(command, args, { stdout: "pipe", onLine, keepsOpen });
    return { ok: code === 0, lines };
  }

  #receive({ received, total }) {
    if (total < LARGE_FILE) return;
    this.#advance((DOWNLOAD_SHARE * received) / total);
    const megabytes = (bytes) => `${Math.round(bytes / MEGABYTE)} MB`;
    this.#sendProgress(`${megabytes(received)} of ${megabytes(total)}`);
  }

  #startActivity(line) {
    const activity = activityOf(line);
    if (!activity) return;
    this.#advance(startsUnpacking(line) ? DOWNLOAD_SHARE : Math.min(DOWNLOAD_SHARE, this.#within + PACKAGE_SHARE));
    this.#sendProgress(activity);
  }

  #advance(within) {
    this.#within = Math.max(this.#within, within);
  }

  #sendProgress(detail) {
    const { number, of, title, from, to } = this.#step;
    const message = `${number}/${of} ${title}` + (detail ? ` (${detail})` : "");
    this.#send({ type: "progress", message, fraction: from + (to - from) * this.#within });
  }

  #log(line) {
    this.#send({ type: "log", line });
  }
}
