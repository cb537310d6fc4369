/** Reads what pip and uv write. Hides how they word it: what of it is noise, and which package it is about. */

const NOISE = [/^WARNING: Location .* is ignored/, /^\[notice\]/, /^\s*$/];

/** What pip and uv write when they turn to a package, and how we say it. */
const ACTIVITIES = [
  [
    // A name, or a path or address that ends in the name of a wheel.
    /^\s*(?:Collecting|Downloading|Using cached|Processing) (?:.*[\\/])?([\w.+-]+?)(?:-(?:py|cp)\d|[<>=!~;[\s(]|$)/,
    "fetching",
  ],
  [/^\s*(?:Preparing|Building|Obtaining).*?([\w.+-]+)/, "building"],
  [/^Installing (?:build dependencies|collected packages)(?:: .*)?/, "unpacking packages"],
];

/** What pip writes when it is asked for `--progress-bar raw`. */
const RECEIVED = /^Progress (\d+) of (\d+)$/;

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
 * @param {string} line of pip
 * @returns {{received: number, total: number} | undefined} the bytes of the file in hand; `total` is 0 when not known
 */
export function bytesOf(line) {
  const match = RECEIVED.exec(line);
  return match ? { received: Number(match[1]), total: Number(match[2]) } : undefined;
}

/** @param {string} line of pip or uv */
export function startsUnpacking(line) {
  return line.startsWith("Installing collected packages");
}
