/** Windows in which nothing can be asked yet: no folder, and a folder that nobody trusts. */
import path from "node:path";
import { scenario } from "../stage.mjs";

export default function situations(stage) {
  const { panel, workbench } = stage;

  scenario(stage, "without a folder the panel offers to open one", async () => {
    await workbench.open(stage.server.addressOf());
    await stage.showPanel();

    await panel.button("Open Folder").waitFor();

    await stage.screenshot("no-folder");
  });

  scenario(stage, "in a folder that is not trusted no server is started, and the panel says so", async () => {
    const strict = await stage.startServer({ workspaceTrust: true, userData: path.join(stage.root, "untrusting") });
    await workbench.open(strict.addressOf(stage.codebase));
    await stage.showPanel();

    await panel.button("Manage Workspace Trust").waitFor();

    await stage.screenshot("untrusted");
  });
}
