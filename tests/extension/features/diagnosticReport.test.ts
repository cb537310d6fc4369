import { describe, expect, it } from "vitest";
import { reportOf, type Surroundings } from "../../../extension/src/features/diagnosticReport";

const SURROUNDINGS: Surroundings = {
  extensionVersion: "1.2.3",
  editor: "Visual Studio Code",
  editorVersion: "1.106.2",
  platform: "linux x64",
  remote: true,
  folders: 2,
  environment: "ready",
  server: "running",
};

describe("the report", () => {
  it("joins what the server and the extension know", () => {
    const report = reportOf(SURROUNDINGS, "# Sourcewise: diagnosis\n\n## Index\n\n- 3 files\n");
    expect(report).toMatch(/^# Sourcewise: diagnosis\n\n## Index\n\n- 3 files\n\n## Editor\n/);
    expect(report).toContain("- Visual Studio Code 1.106.2 on linux x64, remote");
  });

  it("is made without a server too, and says where to look", () => {
    const report = reportOf({ ...SURROUNDINGS, server: "failed" }, undefined);
    expect(report).toMatch(/^# Sourcewise: diagnosis\n\n.*does not answer.*Show Log/);
    expect(report).toContain("- Server: failed");
  });
});
