/** A failure that the user can do something about: one sentence of what is wrong, one of what to do next. */
export class EnvironmentProblem extends Error {
  /**
   * @param {string} message what is wrong
   * @param {string} hint the next step
   */
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}
