/** Starts the small Ollama-compatible server of `tests/ollama`. */
import { spawn } from "node:child_process";
import path from "node:path";
import { forEachLine } from "../../server/installer/processes.mjs";

/**
 * @param {string} python a Python with the test dependencies
 * @param {string[]} args the arguments of `tests/ollama/server.py`
 * @returns {Promise<{endpoint: string, stop: () => Promise<void>}>}
 */
export function startOllama(python, args) {
  const script = path.join(import.meta.dirname, "..", "ollama", "server.py");
  const child = spawn(python, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = () => (child.kill(), ended);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The Ollama-compatible server ended with exit code ${code}.`)));
    forEachLine(child.stdout, (line) => {
      const endpoint = /^listening on (.*)$/.exec(line)?.[1];
      if (endpoint) resolve({ endpoint, stop });
    });
  });
}
