/** The question whether code may be sent to a model on another machine, and the way to take that decision back. */

import { type Destination, MODELS_REVOKE } from "../generated/protocol";
import { confirm, showInformation } from "../notifications/notifications";
import type { Server } from "../server/client";

const SEND = "Send";

/** Asks the user whether a question and its sources may be sent to a remote model. Without an answer they may not. */
export async function mayLeave({ model, host }: Destination): Promise<boolean> {
  const detail =
    `It runs at ${host}. Your question and the code of the sources would be sent there, ` +
    "now and whenever you ask about this folder. Sourcewise asks once for each folder and model.";
  const question = `Send code to ${model}, which does not run on this machine?`;
  return (await confirm(question, detail, SEND)) === SEND;
}

/** Makes Sourcewise ask again before it sends code of the open folders to another machine. */
export async function revokeConsent(server: Pick<Server, "request">): Promise<void> {
  await server.request(MODELS_REVOKE, {});
  void showInformation("Sourcewise asks again before it sends code of this workspace to another machine.");
}
