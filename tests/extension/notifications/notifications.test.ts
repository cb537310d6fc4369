import { beforeEach, describe, expect, it, vi } from "vitest";

const shown: unknown[][] = [];

vi.mock("vscode", () => {
  const show = (...args: unknown[]): Promise<unknown> => {
    shown.push(args);
    return Promise.resolve(args.at(-1));
  };
  const withProgress = (
    options: unknown,
    action: (progress: unknown, token: unknown) => Promise<unknown>,
  ): Promise<unknown> => {
    shown.push([options]);
    return action({ report: (step: unknown) => shown.push([step]) }, "token");
  };
  return {
    ProgressLocation: { Notification: 15 },
    window: { showInformationMessage: show, showErrorMessage: show, showWarningMessage: show, withProgress },
  };
});

const { confirm, showError, showInformation, withProgress } = await import(
  "../../../extension/src/notifications/notifications"
);

const LINK = "[Finish](command:a.b)";
const PLAIN = "[Finish] (command:a.b)";

beforeEach(() => shown.splice(0));

describe("a notification", () => {
  it.each([
    ["an information message", showInformation],
    ["an error message", showError],
  ])("shows %s without links, with its buttons", async (_, show) => {
    expect(await show(`${LINK} failed.`, "Show Log")).toBe("Show Log");
    expect(shown).toEqual([[`${PLAIN} failed.`, "Show Log"]]);
  });

  it("shows a question without links", async () => {
    expect(await confirm(`Send to ${LINK}?`, `From ${LINK}`, "Send")).toBe("Send");
    expect(shown).toEqual([[`Send to ${PLAIN}?`, { modal: true, detail: `From ${PLAIN}` }, "Send"]]);
  });

  it("shows progress without links", async () => {
    const result = await withProgress(`Setting up ${LINK}`, (progress, token) => {
      progress.report({ message: `Collecting ${LINK}`, increment: 3 });
      progress.report({ increment: 1 });
      return Promise.resolve(token);
    });
    expect(result).toBe("token");
    const title = { location: 15, title: `Setting up ${PLAIN}`, cancellable: true };
    expect(shown).toEqual([[title], [{ message: `Collecting ${PLAIN}`, increment: 3 }], [{ increment: 1 }]]);
  });
});
