/** The door that VS Code knows for tests in its extension host: runs mocha there and writes its report to a file. */
const { writeFileSync } = require("node:fs");
const process = require("node:process");
const { format } = require("node:util");
const Mocha = require("mocha");

/** The name that the workbench calls. It fails when a test does. */
exports.run = async function run() {
  const lines = [];
  // What is printed in an extension host goes nowhere.
  Mocha.reporters.Base.consoleLog = (...words) => lines.push(format(...words));
  const mocha = new Mocha({ ui: "bdd", reporter: "spec", color: false, timeout: 60_000 });
  mocha.addFile(require.resolve("./extension.test.cjs"));
  const failures = await new Promise((resolve) => mocha.run(resolve));
  writeFileSync(process.env.SOURCEWISE_HOST_REPORT, `${lines.join("\n")}\n`);
  if (failures > 0) throw new Error(`${failures} tests failed`);
};
