/** Parses the output of pip and uv. Hides its wording: which lines are noise, and which package a line is about. */

const NOISE = [/^WARNING: Location .* is ignored/, /^\[notice\]/, /^\s*$/];

/** The lines that pip and uv print when they start on a package, and our word for what they do. */
const ACTIVITIES = [
  [
    // A package name, or a path or URL that ends in the name of a wheel.
    /^\s*(?:Collecting|Downloading|Using cached|Processing) (?:.*[\\/])?([\w.+-]+?)(?:-(?:py|cp)\d|[<>=!~;[\s(]|$)/,
    "fetching",
  ],
  [/^\s*(?:Preparing|Building|Obtaining).*?([\w.+-]+)/, "building"],
  [/^Installing (?:build dependencies|collected packages)(?:: .*)?/, "unpacking packages"],
];

/** The lines that pip prints with `--progress-bar raw`. */
const RECEIVED = /^Progress (\d+) of (\d+)$/;

/** @param {string} line of pip or uv */
export function isNoise(line) {
  return NOISE.some((pattern) => pattern.test(line));
}

/**
 * @param {string} line of pip or uv
 * @returns {string | undefined} the current activity, such as "fetching numpy"; undefined when the line names none
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
 * @returns {{received: number, total: number} | undefined} the bytes of the current file; `total` is 0 when unknown
 */
export function bytesOf(line) {
  const match = RECEIVED.exec(line);
  return match ? { received: Number(match[1]), total: Number(match[2]) } : undefined;
}

/** @param {string} line of pip or uv */
export function startsUnpacking(line) {
  return line.startsWith("Installing collected packages");
}
