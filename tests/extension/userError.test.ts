import { describe, expect, it } from "vitest";
import { asUserError, cancelled, isCancelled, UserError } from "../../extension/src/userError";

const coded = (code: number, message = "m", data?: unknown): Error => Object.assign(new Error(message), { code, data });

describe("asUserError", () => {
  it("keeps the server's message and hint", () => {
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

  it("keeps only the message if the error data is invalid", () => {
    expect(asUserError(coded(-32010, "Busy.", { hint: 3 }))).toMatchObject({ message: "Busy.", hint: "" });
  });

  it.each([-32800, -32802])("converts a cancelled request to a cancellation (%i)", (code) => {
    expect(isCancelled(asUserError(coded(code)))).toBe(true);
  });

  it.each([-32096, -32097])("reports a lost connection (%i)", (code) => {
    expect(asUserError(coded(code)).kind).toBe("ConnectionLost");
  });

  it.each([-32601, -32602])("explains how to update a server with a different version (%i)", (code) => {
    expect(asUserError(coded(code, "No method x.")).sentences).toMatch(/No method x\..*Set Up/);
  });

  it("keeps the message of an unexpected error", () => {
    expect(asUserError(new TypeError("x is not a function")).sentences).toMatch(/x is not a function.*log/);
    expect(asUserError("thrown as text").message).toContain("thrown as text");
  });

  it("returns a UserError unchanged", () => {
    const error = new UserError("One.", "Two.");
    expect(asUserError(error)).toBe(error);
    expect(isCancelled(error)).toBe(false);
    expect(isCancelled(cancelled())).toBe(true);
  });
});
