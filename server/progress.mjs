/**
 * Tells the user what an installation is doing. Hides how pip and uv word their output: what of it is noise, and which
 * package it is about. All of it goes to standard error: standard output belongs to the command that the user gave.
 */
import { reportLines } from "./processes.mjs";

const HEARTBEAT_MS = 8_000;
const LINES_OF_FAILURE = 12;

const NOISE = [/^WARNING: Location .* is ignored/, /^\[notice\]/, /^\s*$/];

/** What pip and uv write when they turn to a package, and how we say it. */
const ACTIVITIES = [
  [
    /^\s*(?:Collecting|Downloading|Using cached) (?:.*\/)?([\w.+-]+?)(?:-py\d|-cp\d|[<>=!~;[\s(]|\.metadata|$)/,
    "fetching",
  ],
  [/^\s*(?:Preparing|Building|Obtaining).*?([\w.+-]+)/, "building"],
  [/^Installing (?:build dependencies|collected packages)(?:: .*)?/, "unpacking packages"],
];

/** @param {string} message */
export function say(message) {
  process.stderr.write(`sourcewise: ${message}\n`);
}

/** @param {string} line of pip or uv */
export function isNoise(line) {
  return NOISE.some((pattern) => pattern.test(line));
}

/**
 * @param {string} line of pip or uv
 * @returns {string | undefined} what it is doing, such as "fetching numpy"; undefined when the line does not tell
 */
export function activityOf(line) {
  for (const [pattern, verb] of ACTIVITIES) {
    const match = pattern.exec(line);
    if (match) return match[1] ? `${verb} ${match[1]}` : verb;
  }
  return undefined;
}

/**
 * Says now and then that work goes on, so that nobody looks at a silent terminal.
 *
 * @param {() => string} describe what to say, without the time
 * @returns {() => void} ends it
 */
export function startHeartbeat(describe, intervalMs = HEARTBEAT_MS) {
  const started = Date.now();
  const tick = () => say(`  ... ${describe()} (${Math.round((Date.now() - started) / 1000)} s)`);
  const timer = setInterval(tick, intervalMs);
  return () => clearInterval(timer);
}

/**
 * Runs pip or uv. On a terminal its own progress bar is shown; elsewhere a heartbeat names the package in hand.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ok: boolean, lines: string[]}>} whether it succeeded; its last lines, without noise
 */
export async function showProgress(command, args) {
  const onTerminal = Boolean(process.stderr.isTTY);
  const lines = [];
  let activity = "working";
  const onLine = (line) => {
    if (isNoise(line)) return;
    lines.push(line);
    activity = activityOf(line) ?? activity;
  };
  const stop = onTerminal ? () => {} : startHeartbeat(() => activity);
  // pip draws its bar only where its standard output is a terminal.
  const stdout = onTerminal ? process.stderr.fd : "pipe";
  const code = await reportLines(command, args, { stdout, onLine }).finally(stop);
  return { ok: code === 0, lines: lines.slice(-LINES_OF_FAILURE) };
}
