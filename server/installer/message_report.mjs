/**
 * Tells of an installation in messages to the process that started it. Hides how far pip is: it does not say, so that
 * what it writes has to be read.
 */
import { activityOf, bytesOf, isNoise, startsUnpacking } from "./pip_output.mjs";
import { reportLines } from "./processes.mjs";

/** Downloads of smaller files say little of how far a step is. */
const LARGE_FILE = 50e6;
const MEGABYTE = 1e6;

/** How much of a step is fetching, the rest being unpacking; and what a package that is turned to adds. */
const FETCHED = 0.6;
const PACKAGE = 0.003;

/**
 * @typedef {{type: "progress", message: string, fraction: number} | {type: "log", line: string}} ReportMessage
 *   `fraction` never gets less
 */

/** @implements {import("./installation.mjs").Report} */
export class MessageReport {
  #send;
  #step = { number: 0, of: 0, title: "", from: 0, to: 0 };
  /** How much of the step is done, 0 to 1. */
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
    this.#tell();
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
      if (bytes) return this.#received(bytes);
      lines.push(line);
      this.#log(line);
      this.#turnedTo(line);
    };
    const code = await reportLines(command, args, { stdout: "pipe", onLine, keepsOpen });
    return { ok: code === 0, lines };
  }

  #received({ received, total }) {
    if (total < LARGE_FILE) return;
    this.#advance((FETCHED * received) / total);
    const megabytes = (bytes) => `${Math.round(bytes / MEGABYTE)} MB`;
    this.#tell(`${megabytes(received)} of ${megabytes(total)}`);
  }

  #turnedTo(line) {
    const activity = activityOf(line);
    if (!activity) return;
    this.#advance(startsUnpacking(line) ? FETCHED : Math.min(FETCHED, this.#within + PACKAGE));
    this.#tell(activity);
  }

  #advance(within) {
    this.#within = Math.max(this.#within, within);
  }

  #tell(detail) {
    const { number, of, title, from, to } = this.#step;
    const message = `${number}/${of} ${title}` + (detail ? ` (${detail})` : "");
    this.#send({ type: "progress", message, fraction: from + (to - from) * this.#within });
  }

  #log(line) {
    this.#send({ type: "log", line });
  }
}
