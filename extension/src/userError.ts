/**
 * Errors for the user: one sentence about what went wrong and one about what to do next.
 *
 * Hides the original form of failures: error codes of the protocol, lost connections, cancelled requests, failed setup
 * of Python. The modules that talk to the server throw only `UserError`s.
 */
import * as v from "valibot";
import { USER_ERROR_CODE } from "./generated/protocol";

const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const CONNECTION_INACTIVE = -32096;
const PENDING_RESPONSE_REJECTED = -32097;
const REQUEST_CANCELLED = -32800;
const SERVER_CANCELLED = -32802;

const CANCELLED = "Cancelled";

const ErrorData = v.object({ kind: v.string(), hint: v.string() });
const Coded = v.object({ code: v.number(), message: v.string(), data: v.optional(v.unknown()) });
const Hinted = v.object({ message: v.string(), hint: v.string() });

/** An error whose message can be shown to the user unchanged. */
export class UserError extends Error {
  /**
   * @param message what went wrong, in one sentence
   * @param hint what to do next, in one sentence; may be empty
   * @param kind identifies the kind of failure; for errors of the server, the name of its error class
   */
  constructor(
    message: string,
    readonly hint = "",
    readonly kind = "UserError",
  ) {
    super(message);
    this.name = "UserError";
  }

  /** Message and hint as one text. */
  get sentences(): string {
    return this.hint === "" ? this.message : `${this.message} ${this.hint}`;
  }
}

/** Whether the error is a cancellation, which must not be shown to the user. */
export function isCancelled(error: unknown): boolean {
  return error instanceof UserError && error.kind === CANCELLED;
}

/** The error of a request that its caller cancelled. */
export function cancelled(): UserError {
  return new UserError("The request was cancelled.", "", CANCELLED);
}

/** The error of a request whose server stopped before it answered. */
export function connectionLost(): UserError {
  return new UserError(
    "The Sourcewise server stopped before it answered.",
    "It restarts automatically. Try again in a moment.",
    "ConnectionLost",
  );
}

/** Converts any error to one that can be shown to the user. */
export function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  if (v.is(Coded, error)) return fromCode(error.code, error.message, error.data);
  if (v.is(Hinted, error)) return new UserError(error.message, error.hint);
  return unexpected(error instanceof Error ? error.message : String(error));
}

function fromCode(code: number, message: string, data: unknown): UserError {
  switch (code) {
    case USER_ERROR_CODE:
      return v.is(ErrorData, data) ? new UserError(message, data.hint, data.kind) : new UserError(message);
    case REQUEST_CANCELLED:
    case SERVER_CANCELLED:
      return cancelled();
    case CONNECTION_INACTIVE:
    case PENDING_RESPONSE_REJECTED:
      return connectionLost();
    case METHOD_NOT_FOUND:
    case INVALID_PARAMS:
      return new UserError(
        `The server did not understand a request from the extension: ${message}`,
        "Run “Sourcewise: Set Up Python Environment” to update the server.",
      );
    default:
      return unexpected(message);
  }
}

function unexpected(message: string): UserError {
  return new UserError(`Unexpected error in Sourcewise: ${message}`, "See the log for details.", "Unexpected");
}
