/** A failure that the user can do something about: one sentence of what is wrong, one of what to do next. */
export class EnvironmentProblem extends Error {
  /**
   * @param {string} message what is wrong
   * @param {string} hint the next step
   * @param {string[]} lines what the program that failed said last
   */
  constructor(message, hint, lines = []) {
    super(message);
    this.hint = hint;
    this.lines = lines;
  }

  /** All of it, as a terminal shows it. */
  get report() {
    return [this.message, ...this.lines.map((line) => `  | ${line}`), `  ${this.hint}`].join("\n");
  }
}
