/**
 * Tells of an installation on a terminal. All of it goes to standard error: standard output belongs to the command that
 * the user gave.
 */
import { activityOf, isNoise } from "./pip_output.mjs";
import { reportLines } from "./processes.mjs";

const HEARTBEAT_MS = 8_000;

/** @implements {import("./installation.mjs").Report} */
export class TerminalReport {
  #intervalMs;
  /** pip draws its bar where it writes to a terminal, and is quiet elsewhere. */
  pipOptions = [];

  constructor(intervalMs = HEARTBEAT_MS) {
    this.#intervalMs = intervalMs;
  }

  note(message) {
    process.stderr.write(`sourcewise: ${message}\n`);
  }

  step({ number, of, title }) {
    if (number === 1) this.note("preparing the Python environment (the first time takes a few minutes)");
    this.note(`${number}/${of} ${title}`);
  }

  wait(message) {
    this.note(message);
    return this.#startHeartbeat(() => message);
  }

  /** On a terminal the program's own progress bar is shown; elsewhere a heartbeat names the package in hand. */
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
    // pip draws its bar only where its standard output is a terminal.
    const stdout = onTerminal ? process.stderr.fd : "pipe";
    const code = await reportLines(command, args, { stdout, onLine, keepsOpen }).finally(stop);
    return { ok: code === 0, lines };
  }

  /** Says now and then that work goes on, so that nobody looks at a silent terminal. */
  #startHeartbeat(describe) {
    const started = Date.now();
    const tick = () => this.note(`  ... ${describe()} (${Math.round((Date.now() - started) / 1000)} s)`);
    const timer = setInterval(tick, this.#intervalMs);
    return () => clearInterval(timer);
  }
}
