/**
 * Waits until a debugger can attach to the server: `node extension/waitForPort.mjs PORT`. The server starts a while
 * after the window that F5 opens. For `.vscode/tasks.json`.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const PATIENCE_MS = 120_000;
const POLL_MS = 250;

const port = Number(process.argv[2]);
const deadline = Date.now() + PATIENCE_MS;
while (!(await listens(port))) {
  if (Date.now() > deadline) {
    process.stderr.write(`Nothing listens on port ${port}. Open a folder in the window that F5 opened.\n`);
    process.exit(1);
  }
  await delay(POLL_MS);
}

async function listens(number) {
  const socket = connect(number, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
