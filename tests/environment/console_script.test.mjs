import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { isolateScript } from "../../server/installer/console_script.mjs";

describe("isolating the script that pip installs", () => {
  let folder;
  let script;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sourcewise-script-"));
    script = path.join(folder, "sourcewise");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const isolated = (text) => {
    writeFileSync(script, text);
    isolateScript(script);
    return readFileSync(script, "utf8");
  };

  const rest = "import sys\nsys.exit('#!/bin/python')\n";

  it("makes Python ignore the current folder and PYTHONPATH", () => {
    for (const python of ["/a/.venv/bin/python", "/a/.venv/bin/python3.13"])
      assert.equal(isolated(`#!${python}\n${rest}`), `#!${python} -EP\n${rest}`);
  });

  it("also handles the shell header that pip writes for a path that is long or contains a space", () => {
    const start = `#!/bin/sh\n'''exec' "/a folder/bin/python"`;
    assert.equal(isolated(`${start} "$0" "$@"\n' '''\n${rest}`), `${start} -EP "$0" "$@"\n' '''\n${rest}`);
  });

  it("leaves an isolated script unchanged", () => {
    for (const text of [`#!/a/python -EP\n${rest}`, `#!/bin/sh\n'''exec' "/a b/python" -EP "$0" "$@"\n' '''\n${rest}`])
      assert.equal(isolated(text), text);
  });

  it("leaves a script with another interpreter unchanged, and accepts a missing one", () => {
    assert.equal(isolated(`#!/bin/bash\n${rest}`), `#!/bin/bash\n${rest}`);
    rmSync(script);
    isolateScript(script);
  });
});
