/** Waiting for a condition that no locator can express. Hides polling. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;

/**
 * @template T
 * @param {string} what is waited for, for the message when it does not come
 * @param {() => T | Promise<T>} look
 * @param {number} [patience] milliseconds
 * @returns {Promise<T>} the first result that is truthy
 */
export async function eventually(what, look, patience = PATIENCE_MS) {
  const deadline = Date.now() + patience;
  for (;;) {
    const result = await look();
    if (result) return result;
    if (Date.now() > deadline) throw new Error(`This did not come about: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
