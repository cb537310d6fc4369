/** Tests that run inside the extension host. Hides how a built workbench is made to run them. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { scenario } from "../stage.mjs";

const HOST = path.join(import.meta.dirname, "..", "host");
const OPEN_SOURCE = path.join(import.meta.dirname, "..", "..", "..", "extension", "src", "openSource.ts");

export default function extensionHost(stage) {
  scenario(stage, "the tests in the extension host pass", async () => {
    const report = path.join(stage.plan.output, "extension-host.txt");
    const server = await stage.startServer({
      env: {
        SOURCEWISE_HOME: stage.home,
        SOURCEWISE_HOST_REPORT: report,
        SOURCEWISE_OPEN_SOURCE: await bundleOpenSource(stage.root),
      },
    });

    const code = await runTests(await stage.page.context().newPage(), server, stage.codebase);

    const text = existsSync(report) ? readFileSync(report, "utf8") : "There is no report.";
    process.stdout.write(text);
    assert.equal(code, 0, text);
  });
}

/** The module as it is, for the packaged extension lets nobody call it. */
async function bundleOpenSource(folder) {
  const outfile = path.join(folder, "openSource.cjs");
  const options = { bundle: true, platform: "node", format: "cjs", external: ["vscode"] };
  await build({ entryPoints: [OPEN_SOURCE], outfile, ...options });
  return outfile;
}

async function runTests(page, server, folder) {
  const { host } = new URL(server.url);
  const uri = (file) => ({ scheme: "vscode-remote", authority: host, path: file });
  const ended = new Promise((resolve) => page.exposeFunction("codeAutomationExit", resolve));
  await page.exposeFunction("codeAutomationLog", () => {});
  await page.addInitScript(configureTests, {
    extensions: [uri(emptyExtension(path.join(folder, "..", "host-tests")))],
    extensionTestsPath: uri(path.join(HOST, "index.cjs")),
  });
  await page.goto(server.addressOf(folder));
  return ended.finally(() => page.close());
}

/** Runs in the page: a built workbench takes tests from its configuration alone, which it reads once. */
function configureTests(developmentOptions) {
  const { document } = globalThis;
  document.addEventListener("readystatechange", () => {
    const element = document.getElementById("vscode-workbench-web-configuration");
    if (document.readyState !== "interactive" || !element) return;
    const settings = JSON.parse(element.getAttribute("data-settings"));
    element.setAttribute("data-settings", JSON.stringify({ ...settings, developmentOptions }));
  });
}

/** Tests run only where an extension is under development; ours is tested as it was packaged. */
function emptyExtension(folder) {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "host-tests", publisher: "sourcewise-tests", version: "0.0.1", engines: { vscode: "*" } };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}
