import { describe, expect, it } from "vitest";
import { serverCommand } from "../../../extension/src/server/commandLine";
import { pythonVariables } from "../../../server/installer/programs.mjs";

describe("the server's process", () => {
  it("runs our module, and none that lies where it starts", () => {
    expect(serverCommand("/env/bin/python")).toEqual({
      command: "/env/bin/python",
      args: ["-EP", "-m", "sourcewise", "lsp"],
    });
  });

  it("gets no variable that steers another Python", () => {
    const variables = {
      PATH: "/bin",
      PYTHONPATH: "/evil",
      PYTHONHOME: "/x",
      PythonStartup: "y",
      __PYVENV_LAUNCHER__: "z",
    };
    expect(pythonVariables(variables)).toEqual({ PATH: "/bin" });
  });

  it("gets no entry of PATH that means the folder it starts in", () => {
    const PATH = [":/usr/bin:", ".:bin:/usr/bin::node_modules/.bin"];
    for (const path of PATH) expect(pythonVariables({ PATH: path })).toEqual({ PATH: "/usr/bin" });
    expect(pythonVariables({ PATH: ":", HOME: "/h" })).toEqual({ HOME: "/h" });
  });

  it("keeps what only looks like one", () => {
    expect(pythonVariables({ MY_PYTHON: "1", SOURCEWISE_HOME: "/s" })).toEqual({
      MY_PYTHON: "1",
      SOURCEWISE_HOME: "/s",
    });
  });
});
