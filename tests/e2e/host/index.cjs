/** The entry point that VS Code calls for tests in its extension host. Runs mocha and writes its report to a file. */
const { writeFileSync } = require("node:fs");
const process = require("node:process");
const { format } = require("node:util");
const Mocha = require("mocha");

/** VS Code calls this function by its name. It rejects when a test fails. */
exports.run = async function run() {
  const lines = [];
  // Console output in an extension host is lost.
  Mocha.reporters.Base.consoleLog = (...words) => lines.push(format(...words));
  const mocha = new Mocha({ ui: "bdd", reporter: "spec", color: false, timeout: 60_000 });
  mocha.addFile(require.resolve("./extension.test.cjs"));
  const failures = await new Promise((resolve) => mocha.run(resolve));
  writeFileSync(process.env.SOURCEWISE_HOST_REPORT, `${lines.join("\n")}\n`);
  if (failures > 0) throw new Error(`${failures} tests failed`);
};
