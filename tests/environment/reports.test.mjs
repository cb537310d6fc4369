import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageReport } from "../../server/installer/message_report.mjs";
import { TerminalReport } from "../../server/installer/terminal_report.mjs";

const printing = (lines) => ["-e", lines.map((line) => `console.log(${JSON.stringify(line)});`).join("")];

describe("an installation reported on a terminal", () => {
  it("returns the output of a failed program without noise", async () => {
    const script = `
      console.error("line 1");
      console.error("WARNING: Location 'x' is ignored");
      process.stderr.write("ERROR: no newline at the end", () => process.exit(3));`;
    const { ok, lines } = await new TerminalReport().run(process.execPath, ["-e", script]);
    assert.equal(ok, false);
    assert.deepEqual(lines, ["line 1", "ERROR: no newline at the end"]);
  });
});

describe("an installation reported as messages", () => {
  const torch = { number: 3, of: 4, title: "torch", from: 0.1, to: 0.5 };

  const messagesOf = async (steps) => {
    const sent = [];
    const report = new MessageReport((message) => sent.push(message));
    for (const { step, lines } of steps) {
      report.step(step);
      await report.run(process.execPath, printing(lines));
    }
    const progress = sent.filter(({ type }) => type === "progress");
    return { progress, logged: sent.filter(({ type }) => type === "log").map(({ line }) => line) };
  };

  it("names the step and the downloaded bytes of a large file", async () => {
    const lines = ["Progress 1000 of 2000", "Progress 124000000 of 190000000"];
    const { progress } = await messagesOf([{ step: torch, lines }]);
    assert.deepEqual(
      progress.map(({ message }) => message),
      ["3/4 torch", "3/4 torch (124 MB of 190 MB)"],
    );
  });

  it("never decreases and stays within the step", async () => {
    const lines = [
      "Collecting torch==2.13.0",
      "Progress 190000000 of 190000000",
      "Collecting sympy",
      "Progress 60000000 of 300000000",
      "Installing collected packages: sympy, torch",
    ];
    const next = { number: 4, of: 4, title: "packages", from: 0.5, to: 1 };
    const { progress } = await messagesOf([
      { step: torch, lines },
      { step: next, lines },
    ]);
    const fractions = progress.map(({ fraction }) => fraction);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    const first = fractions.slice(0, fractions.length / 2);
    assert.ok(first[0] === 0.1 && first.at(-1) <= 0.5 && fractions.at(-1) <= 1, fractions.join(" "));
  });

  it("logs the command and its output, except download progress", async () => {
    const { logged } = await messagesOf([{ step: torch, lines: ["Collecting torch", "Progress 1 of 2"] }]);
    assert.equal(logged[0], "3/4 torch");
    assert.match(logged[1], /^\$ .*node/);
    assert.deepEqual(logged.slice(2), ["Collecting torch"]);
  });
});
