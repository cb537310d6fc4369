/**
 * What went wrong, in a sentence for the user and one that says what to do next.
 *
 * Hides how failures look where they come from: error codes of the protocol, a connection that broke, a cancelled
 * request, the failed set-up of Python. Nothing but a `UserError` leaves the modules that talk to the server.
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

/** A failure that is told to the user as it stands. */
export class UserError extends Error {
  /**
   * @param message what is wrong, one sentence
   * @param hint what to do next, one sentence, or an empty string
   * @param kind the name of the server's error class, or what else tells failures apart
   */
  constructor(
    message: string,
    readonly hint = "",
    readonly kind = "UserError",
  ) {
    super(message);
    this.name = "UserError";
  }

  /** Both sentences. */
  get sentences(): string {
    return this.hint === "" ? this.message : `${this.message} ${this.hint}`;
  }
}

/** Whether somebody wanted this to end, so that there is nothing to tell. */
export function isCancelled(error: unknown): boolean {
  return error instanceof UserError && error.kind === CANCELLED;
}

/** The failure of a request that its caller gave up. */
export function cancelled(): UserError {
  return new UserError("The request was cancelled.", "", CANCELLED);
}

/** The failure of a request whose server ended before it answered. */
export function connectionLost(): UserError {
  return new UserError(
    "Sourcewise's server stopped before it answered.",
    "It starts again by itself; then try again.",
    "ConnectionLost",
  );
}

/** Any failure as one that can be shown. */
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
        `The server did not understand the extension: ${message}`,
        "Run “Sourcewise: Set Up Python Environment”, which renews the server.",
      );
    default:
      return unexpected(message);
  }
}

function unexpected(message: string): UserError {
  return new UserError(`Something went wrong in Sourcewise: ${message}`, "The log has the details.", "Unexpected");
}
