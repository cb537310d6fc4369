/** The processes below one that the tests started. Hides `ps`; no other process is ever looked for. */
import { capture } from "../../server/installer/processes.mjs";
import { eventually } from "./eventually.mjs";

const SERVER = /-m sourcewise lsp\b/;

/**
 * Kills the language servers that a code-server's windows run, without a warning.
 *
 * @param {number} root the process of the code-server
 */
export async function killServer(root) {
  const servers = await eventually("a language server runs", () => {
    const found = descendantsOf(root).filter(({ command }) => SERVER.test(command));
    return found.length > 0 && found;
  });
  for (const { pid } of servers) process.kill(pid, "SIGKILL");
}

function descendantsOf(root) {
  const rows = capture("ps", ["-A", "-ww", "-o", "pid=,ppid=,args="]).stdout.split("\n");
  const all = rows.flatMap((row) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    return pid ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
  });
  const below = (pid) => all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(root);
}
