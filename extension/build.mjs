/**
 * Bundles the extension into `extension/dist/`. Hides esbuild and the runtimes of the three bundles: the editor's
 * extension host, the panel's webview, and the installer's own Node process.
 */
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build, context } from "esbuild";
import { EnvironmentProblem } from "../server/installer/problem.mjs";
import { noticesOf } from "./notices.mjs";

/** The oldest supported version of VS Code runs Node 20 and Chromium 122. */
const PROGRAMS = [
  {
    entryPoints: { extension: "extension/src/extension.ts" },
    external: ["vscode"],
    format: "cjs",
    platform: "node",
    target: "node20",
  },
  {
    entryPoints: { webview: "extension/src/webview/main.tsx" },
    assetNames: "[name]",
    format: "iife",
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".ttf": "file" },
    platform: "browser",
    target: "chrome122",
  },
  {
    entryPoints: { installer: "server/installer/extension_installer.mjs" },
    format: "cjs",
    platform: "node",
    target: "node20",
  },
];

/** Files that the installer needs in addition to the wheel. */
const SHIPPED = ["server/constraints.txt", "server/installer/hold_lock.py"];

/**
 * @param {string} root the root of the repository
 * @throws {EnvironmentProblem} if esbuild fails
 */
export async function bundleExtension(root) {
  const dist = path.join(root, "extension", "dist");
  removeBundles(dist);
  const inputs = await bundle(root, dist);
  writeFileSync(path.join(dist, "NOTICES.txt"), noticesOf(root, inputs));
  for (const file of SHIPPED) cpSync(path.join(root, file), path.join(dist, "server", path.basename(file)));
}

/**
 * Bundles the extension for a debugger, with source maps, and again after each change of a source.
 *
 * @param {string} root of the repository
 * @param {(line: string) => void} report is called with `watch: building`, a line for each error, and `watch: built`;
 *   `.vscode/tasks.json` reads these lines
 * @returns {Promise<() => Promise<void>>} stops watching
 */
export async function watchExtension(root, report) {
  const outdir = path.join(root, "extension", "dist");
  removeBundles(outdir);
  const shared = { absWorkingDir: root, bundle: true, logLevel: "silent", outdir, sourcemap: true };
  const plugins = [{ name: "report", setup: reportingRounds(report) }];
  const contexts = await Promise.all(PROGRAMS.map((program) => context({ ...shared, ...program, plugins })));
  await Promise.all(contexts.map((each) => each.watch()));
  return async () => void (await Promise.all(contexts.map((each) => each.dispose())));
}

/** Makes one round of what several programs build at a time: it begins with the first and ends with the last. */
function reportingRounds(report) {
  let building = 0;
  return (program) => {
    program.onStart(() => {
      building += 1;
      if (building === 1) report("watch: building");
    });
    program.onEnd(({ errors }) => {
      for (const { text, location } of errors)
        report(`${location?.file ?? "build"}:${location?.line ?? 1}:${(location?.column ?? 0) + 1}: error: ${text}`);
      building -= 1;
      if (building === 0) report("watch: built");
    });
  };
}

/** Removes the output of earlier builds, which must not be packaged. Keeps `server/`, which holds the wheel. */
function removeBundles(dist) {
  mkdirSync(dist, { recursive: true });
  for (const name of readdirSync(dist))
    if (name !== "server") rmSync(path.join(dist, name), { recursive: true, force: true });
}

/** Resolves to the input files of the bundles. */
async function bundle(root, outdir) {
  // Drop licence comments: NOTICES.txt has the full licences.
  const shared = { absWorkingDir: root, bundle: true, legalComments: "none", metafile: true, minify: true, outdir };
  try {
    const results = await Promise.all(PROGRAMS.map((program) => build({ ...shared, ...program })));
    return results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  } catch (failure) {
    if (!failure.errors) throw failure;
    throw new EnvironmentProblem("Bundling the extension failed.", "See esbuild's messages above.");
  }
}
