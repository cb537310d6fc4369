/** Runs the tests that need the extension host. Hides how to make a released VS Code run them. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { configureDevelopment } from "../browser.mjs";
import { scenario } from "../session.mjs";

const HOST = path.join(import.meta.dirname, "..", "host");
const OPEN_SOURCE = path.join(import.meta.dirname, "..", "..", "..", "extension", "src", "places", "openSource.ts");

export default function extensionHost(session) {
  scenario(session, "the tests in the extension host pass", async () => {
    const report = path.join(session.plan.output, "extension-host.txt");
    const server = await session.startServer({
      env: {
        SOURCEWISE_HOME: session.home,
        SOURCEWISE_HOST_REPORT: report,
        SOURCEWISE_OPEN_SOURCE: await bundleOpenSource(session.root),
      },
    });

    const code = await runTests(await session.page.context().newPage(), server, session.codebase);

    const text = existsSync(report) ? readFileSync(report, "utf8") : "The tests wrote no report.";
    process.stdout.write(text);
    assert.equal(code, 0, text);
  });
}

/** Bundles the module by itself, because the packaged extension does not export it. */
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
  await configureDevelopment(page, {
    extensions: [uri(emptyExtension(path.join(folder, "..", "host-tests")))],
    extensionTestsPath: uri(path.join(HOST, "index.cjs")),
  });
  await page.goto(server.addressOf(folder));
  return ended.finally(() => page.close());
}

/** Creates an empty extension under development, which VS Code requires for tests. Ours is tested as packaged. */
function emptyExtension(folder) {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "host-tests", publisher: "sourcewise-tests", version: "0.0.1", engines: { vscode: "*" } };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}
