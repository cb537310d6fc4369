/** Finds descendants of a process that the tests started, and no other processes. Hides `ps`. */
import { capture } from "../../server/installer/processes.mjs";
import { eventually } from "./eventually.mjs";

const SERVER = /-m sourcewise lsp\b/;

/**
 * Kills the language servers of a code-server's windows with SIGKILL.
 *
 * @param {number} root the pid of the code-server
 */
export async function killServer(root) {
  const servers = await eventually("a language server is running", () => {
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
