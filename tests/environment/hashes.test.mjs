import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ensureEnvironmentAt } from "../../server/installer/installation.mjs";
import { lockedRequirement } from "../../server/installer/locked_packages.mjs";
import { extensionPlace, repositoryPlace } from "../../server/installer/places.mjs";
import { namedPythons } from "../../server/installer/python.mjs";
import { TerminalReport } from "../../server/installer/terminal_report.mjs";
import { hasNvidiaGpu } from "../../server/installer/torch.mjs";

const fromRoot = (file) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

describe("the lock", () => {
  const lock = readFileSync(fromRoot("server/constraints.txt"), "utf8");

  it("has a hash for every package", () => {
    const entries = lock.split(/^(?=[a-z])/m).slice(1);
    assert.ok(entries.length > 150, `only ${entries.length} packages were found`);
    for (const entry of entries) assert.match(entry, /^\S+==\S+.*(?: \\\n {4}--hash=sha256:[0-9a-f]{64})+\n$/, entry);
  });

  it("yields the entry of one package with all its hashes", () => {
    const hashes = ["a", "b"].map((digit) => `    --hash=sha256:${digit.repeat(64)}`).join(" \\\n");
    const entry = `pip==26.3 \\\n${hashes}\n`;
    assert.equal(lockedRequirement(`pipx==1.0 \\\n${hashes}\n${entry}tqdm==4.0 \\\n${hashes}\n`, "pip"), entry);
  });

  it("must have a hash for pip", () => {
    assert.throws(() => lockedRequirement("pip==26.3\ntqdm==4.0 \\\n    --hash=sha256:a\n", "pip"), /no hash for pip/);
    assert.throws(
      () => lockedRequirement("pipx==26.3 \\\n    --hash=sha256:a\n", "pip"),
      /no hash for pip.*npm run lock/,
    );
  });
});

/**
 * Runs the real pip on a folder of small wheels that are named like Sourcewise's dependencies. Creating an environment
 * is slow, so all tests share one. Tests that must install nothing run first.
 */
describe("an installation from a folder of wheels", () => {
  const torch = process.platform === "linux" && !hasNvidiaGpu() ? "2.13.0+cpu" : "2.13.0";
  const packages = [
    { name: "torch", version: torch, requires: ["sympy"] },
    { name: "sympy", version: "1.0" },
    { name: "chromadb", version: "1.0" },
    { name: "xllamacpp", version: "1.0" },
    {
      name: "sourcewise",
      version: "1.2.3",
      requires: ["torch>=2.13", "chromadb>=1", "xllamacpp==1.0; extra == 'embedded'"],
      modules: { "sourcewise.py": "import json\ndef main(): print('started')\n" },
      scripts: "sourcewise = sourcewise:main",
    },
  ];
  let made;
  let digests;
  let storage;
  let shipped;
  let wheels;
  let place;

  before(() => {
    // Installs packages only from that folder, however pip is configured on this machine.
    for (const name of Object.keys(process.env)) if (name.startsWith("PIP_")) delete process.env[name];
    process.env.PIP_CONFIG_FILE = devNull;
    made = mkdtempSync(path.join(tmpdir(), "sourcewise-wheels-"));
    const { python } = repositoryPlace({
      root: fromRoot("."),
      extras: [],
      interpreter: null,
      platform: process.platform,
    });
    const input = JSON.stringify(packages);
    const script = fromRoot("tests/environment/make_wheels.py");
    const { stdout, stderr } = spawnSync(python, ["-I", script, made], { input, encoding: "utf8" });
    assert.match(stdout, /^\{/, stderr);
    digests = JSON.parse(stdout);
    storage = mkdtempSync(path.join(tmpdir(), "sourcewise-hashes-"));
    shipped = path.join(storage, "shipped");
    wheels = path.join(storage, "wheels");
    mkdirSync(shipped);
    cpSync(
      path.join(made, "sourcewise-1.2.3-py3-none-any.whl"),
      path.join(shipped, "sourcewise-1.2.3-py3-none-any.whl"),
    );
    cpSync(fromRoot("server/installer/hold_lock.py"), path.join(shipped, "hold_lock.py"));
    writeLock();
    place = extensionPlace({ storage, shipped, interpreter: null, wheels, platform: process.platform });
  });
  after(() => {
    for (const folder of [made, storage]) rmSync(folder, { recursive: true });
  });

  beforeEach(() => {
    rmSync(wheels, { recursive: true, force: true });
    cpSync(made, wheels, { recursive: true });
    rmSync(place.stamp, { force: true });
  });

  /** Writes the lock. `unhashed` names a package to list without a hash, as another tool might. */
  const writeLock = (unhashed) => {
    const entries = Object.entries(digests).map(([file, digest]) => {
      const [name, version] = file.split("-");
      const release = `${name}==${version.replace("+cpu", "")}`;
      return name === unhashed ? `${release}\n` : `${release} \\\n    --hash=sha256:${digest}\n`;
    });
    writeFileSync(path.join(shipped, "constraints.txt"), entries.sort().join(""));
  };

  const install = () => ensureEnvironmentAt(place, namedPythons(process.platform), new TerminalReport(600_000));
  const has = (module) => spawnSync(place.python, ["-I", "-c", `import ${module}`]).status === 0;
  const fileOf = (name) =>
    path.join(
      wheels,
      Object.keys(digests).find((file) => file.startsWith(`${name}-`)),
    );
  /** Modifies a wheel that stays readable: most readers treat data after the index of a zip archive as a comment. */
  const change = (file) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from("changed")]));

  it("refuses a modified pip", async () => {
    change(fileOf("pip"));
    await assert.rejects(install(), { message: /The download of pip failed its checksum/ });
  });

  for (const name of ["chromadb", "sympy"])
    it(`refuses a modified wheel of ${name}`, async () => {
      change(fileOf(name));
      await assert.rejects(install(), ({ message, hint }) => {
        assert.match(message, new RegExp(`The download of ${name} failed its checksum and was not installed`));
        assert.match(hint, /Replace it in .*wheels, then choose Set Up/);
        return true;
      });
      assert.ok(!existsSync(place.stamp));
      assert.ok(!has("chromadb"));
    });

  it("refuses a package that has no hash in the lock", async () => {
    writeLock("chromadb");
    try {
      await assert.rejects(install(), ({ message, hint }) => {
        assert.match(message, /the lock has no checksum for chromadb/);
        assert.match(hint, /npm run lock/);
        return true;
      });
    } finally {
      writeLock();
    }
    assert.ok(!has("chromadb"));
  });

  it("continues without llama.cpp when it has no build for the machine", async () => {
    rmSync(fileOf("xllamacpp"));
    await install();
    assert.ok(has("chromadb") && !has("xllamacpp"));
  });

  it("installs every package of the lock, and Sourcewise ignores modules in the current folder", async () => {
    await install();
    for (const name of ["torch", "sympy", "chromadb", "xllamacpp"]) assert.ok(has(name), name);
    if (process.platform === "win32") return;
    const workspace = path.join(storage, "workspace");
    mkdirSync(workspace);
    writeFileSync(path.join(workspace, "json.py"), "print('the workspace was imported')\n");
    const env = { ...process.env, PYTHONPATH: ":" };
    const { stdout } = spawnSync(place.script, { cwd: workspace, env, encoding: "utf8" });
    assert.equal(stdout, "started\n");
  });
});
