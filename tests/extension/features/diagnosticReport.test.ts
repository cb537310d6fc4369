import { describe, expect, it } from "vitest";
import { type ExtensionInfo, reportOf } from "../../../extension/src/features/diagnosticReport";

const EXTENSION_INFO: ExtensionInfo = {
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
  it("combines the reports of the server and the extension", () => {
    const report = reportOf(EXTENSION_INFO, "# Sourcewise: diagnosis\n\n## Index\n\n- 3 files\n");
    expect(report).toMatch(/^# Sourcewise: diagnosis\n\n## Index\n\n- 3 files\n\n## Editor\n/);
    expect(report).toContain("- Visual Studio Code 1.106.2 on linux x64, remote");
  });

  it("works without a server and refers to the log", () => {
    const report = reportOf({ ...EXTENSION_INFO, server: "failed" }, undefined);
    expect(report).toMatch(/^# Sourcewise: diagnosis\n\n.*does not respond.*Show Log/);
    expect(report).toContain("- Server: failed");
  });
});
