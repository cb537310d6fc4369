import { describe, expect, it } from "vitest";
import { serverCommand } from "../../../extension/src/server/commandLine";
import { pythonVariables } from "../../../server/installer/programs.mjs";

describe("the server's process", () => {
  it("runs our module and ignores modules in its working directory", () => {
    expect(serverCommand("/env/bin/python")).toEqual({
      command: "/env/bin/python",
      args: ["-EP", "-m", "sourcewise", "lsp"],
    });
  });

  it("gets no variables that configure Python", () => {
    const variables = {
      PATH: "/bin",
      PYTHONPATH: "/evil",
      PYTHONHOME: "/x",
      PythonStartup: "y",
      __PYVENV_LAUNCHER__: "z",
    };
    expect(pythonVariables(variables)).toEqual({ PATH: "/bin" });
  });

  it("gets no PATH entry that refers to its working directory", () => {
    const PATH = [":/usr/bin:", ".:bin:/usr/bin::node_modules/.bin"];
    for (const path of PATH) expect(pythonVariables({ PATH: path })).toEqual({ PATH: "/usr/bin" });
    expect(pythonVariables({ PATH: ":", HOME: "/h" })).toEqual({ HOME: "/h" });
  });

  it("keeps variables with similar names", () => {
    expect(pythonVariables({ MY_PYTHON: "1", SOURCEWISE_HOME: "/s" })).toEqual({
      MY_PYTHON: "1",
      SOURCEWISE_HOME: "/s",
    });
  });
});
