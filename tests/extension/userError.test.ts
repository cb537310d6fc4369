import { describe, expect, it } from "vitest";
import { asUserError, cancelled, isCancelled, UserError } from "../../extension/src/userError";

const coded = (code: number, message = "m", data?: unknown): Error => Object.assign(new Error(message), { code, data });

describe("a failure as the user is told it", () => {
  it("is the server's sentence and hint where the user can act on it", () => {
    const error = asUserError(
      coded(-32010, "The folder is busy.", { kind: "IndexBusyError", hint: "Close the other window." }),
    );
    expect(error).toMatchObject({
      message: "The folder is busy.",
      hint: "Close the other window.",
      kind: "IndexBusyError",
    });
    expect(error.sentences).toBe("The folder is busy. Close the other window.");
  });

  it("is the sentence alone where what comes with it is not what was agreed", () => {
    expect(asUserError(coded(-32010, "Busy.", { hint: 3 }))).toMatchObject({ message: "Busy.", hint: "" });
  });

  it.each([-32800, -32802])("is none for a cancelled request (%i)", (code) => {
    expect(isCancelled(asUserError(coded(code)))).toBe(true);
  });

  it.each([-32096, -32097])("says that the connection was lost (%i)", (code) => {
    expect(asUserError(coded(code)).kind).toBe("ConnectionLost");
  });

  it.each([-32601, -32602])("says what to do about a server of another version (%i)", (code) => {
    expect(asUserError(coded(code, "No method x.")).sentences).toMatch(/No method x\..*Set Up/);
  });

  it("keeps the message of what nobody expected", () => {
    expect(asUserError(new TypeError("x is not a function")).sentences).toMatch(/x is not a function.*log/);
    expect(asUserError("told as text").message).toContain("told as text");
  });

  it("stays what it is", () => {
    const error = new UserError("One.", "Two.");
    expect(asUserError(error)).toBe(error);
    expect(isCancelled(error)).toBe(false);
    expect(isCancelled(cancelled())).toBe(true);
  });
});
