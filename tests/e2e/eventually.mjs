/** Waits for a condition that no locator can express. Hides polling. */
const TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/**
 * @template T
 * @param {string} condition describes what is awaited, for the error message
 * @param {() => T | Promise<T>} check
 * @param {number} [timeout] in milliseconds
 * @returns {Promise<T>} the first truthy result
 */
export async function eventually(condition, check, timeout = TIMEOUT_MS) {
  const deadline = Date.now() + timeout;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (Date.now() > deadline) throw new Error(`Timed out after ${timeout} ms, waiting until ${condition}.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
