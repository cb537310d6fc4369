import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { isolateScript } from "../../server/installer/console_script.mjs";

describe("the program that pip installed", () => {
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

  it("starts Python apart from the current folder", () => {
    for (const python of ["/a/.venv/bin/python", "/a/.venv/bin/python3.13"])
      assert.equal(isolated(`#!${python}\n${rest}`), `#!${python} -EP\n${rest}`);
  });

  it("does so through a shell too, which pip uses for a path that is long or has a space", () => {
    const start = `#!/bin/sh\n'''exec' "/a folder/bin/python"`;
    assert.equal(isolated(`${start} "$0" "$@"\n' '''\n${rest}`), `${start} -EP "$0" "$@"\n' '''\n${rest}`);
  });

  it("stays as it is the second time", () => {
    for (const text of [`#!/a/python -EP\n${rest}`, `#!/bin/sh\n'''exec' "/a b/python" -EP "$0" "$@"\n' '''\n${rest}`])
      assert.equal(isolated(text), text);
  });

  it("stays as it is where something else starts it, and may be missing", () => {
    assert.equal(isolated(`#!/bin/bash\n${rest}`), `#!/bin/bash\n${rest}`);
    rmSync(script);
    isolateScript(script);
  });
});
