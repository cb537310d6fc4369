/**
 * Reports an installation on a terminal. Writes only to standard error, because standard output belongs to the command
 * that the user ran.
 */
import { activityOf, isNoise } from "./pip_output.mjs";
import { reportLines } from "./processes.mjs";

const HEARTBEAT_MS = 8_000;

/** @implements {import("./installation.mjs").Report} */
export class TerminalReport {
  #intervalMs;
  /** pip draws its progress bar on a terminal and is silent elsewhere. */
  pipOptions = [];

  constructor(intervalMs = HEARTBEAT_MS) {
    this.#intervalMs = intervalMs;
  }

  note(message) {
    process.stderr.write(`sourcewise: ${message}\n`);
  }

  step({ number, of, title }) {
    if (number === 1) this.note("setting up the Python environment (the first time takes a few minutes)");
    this.note(`${number}/${of} ${title}`);
  }

  wait(message) {
    this.note(message);
    return this.#startHeartbeat(() => message);
  }

  /** On a terminal, shows the program's own progress bar; elsewhere, a heartbeat names the current package. */
  async run(command, args, keepsOpen) {
    const onTerminal = Boolean(process.stderr.isTTY);
    const lines = [];
    let activity = "working";
    const onLine = (line) => {
      if (isNoise(line)) return;
      lines.push(line);
      activity = activityOf(line) ?? activity;
    };
    const stop = onTerminal ? () => {} : this.#startHeartbeat(() => activity);
    // pip draws its progress bar only when its standard output is a terminal.
    const stdout = onTerminal ? process.stderr.fd : "pipe";
    const code = await reportLines(command, args, { stdout, onLine, keepsOpen }).finally(stop);
    return { ok: code === 0, lines };
  }

  /** Periodically reports that work continues, so that the terminal does not stay silent. */
  #startHeartbeat(describe) {
    const started = Date.now();
    const tick = () => this.note(`  ... ${describe()} (${Math.round((Date.now() - started) / 1000)} s)`);
    const timer = setInterval(tick, this.#intervalMs);
    return () => clearInterval(timer);
  }
}
