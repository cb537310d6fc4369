/** Windows in which no question can be asked yet: without a folder, and in an untrusted folder. */
import path from "node:path";
import { scenario } from "../session.mjs";

export default function situations(session) {
  const { panel, workbench } = session;

  scenario(session, "without a folder the panel offers to open one", async () => {
    await workbench.open(session.server.addressOf());
    await session.showPanel();

    await panel.button("Open Folder").waitFor();

    await session.screenshot("no-folder");
  });

  scenario(session, "in an untrusted folder the panel asks for trust", async () => {
    const strict = await session.startServer({ workspaceTrust: true, userData: path.join(session.root, "untrusted") });
    await workbench.open(strict.addressOf(session.codebase));
    await session.showPanel();

    await panel.button("Manage Workspace Trust").waitFor();

    await session.screenshot("untrusted");
  });
}
