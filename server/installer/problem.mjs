/** A failure that the user can fix: one sentence for the problem and one for the next step. */
export class EnvironmentProblem extends Error {
  /**
   * @param {string} message the problem
   * @param {string} hint the next step
   * @param {string[]} lines the last lines of output of the program that failed
   */
  constructor(message, hint, lines = []) {
    super(message);
    this.hint = hint;
    this.lines = lines;
  }

  /** The message, the output and the hint, formatted for a terminal. */
  get report() {
    return [this.message, ...this.lines.map((line) => `  | ${line}`), `  ${this.hint}`].join("\n");
  }
}
