/** Consent to sending code to a model on another machine: asks for it and revokes it. */

import { type Destination, MODELS_REVOKE } from "../generated/protocol";
import { confirm, showInformation } from "../notifications/notifications";
import type { Server } from "../server/client";

const SEND = "Send";

/** Asks the user whether a question and its sources may be sent to a remote model. Dismissing the dialog means no. */
export async function requestConsent({ model, host }: Destination): Promise<boolean> {
  const detail =
    `The model runs at ${host}. Sourcewise would send your question and the code of its sources there, ` +
    "now and for every later question about this folder. Sourcewise asks once per folder and model.";
  const question = `Send code to ${model}, which does not run on this machine?`;
  return (await confirm(question, detail, SEND)) === SEND;
}

/** Revokes consent for the open folders: Sourcewise asks again before it sends their code to another machine. */
export async function revokeConsent(server: Pick<Server, "request">): Promise<void> {
  await server.request(MODELS_REVOKE, {});
  void showInformation("Sourcewise will ask again before it sends code from this workspace to another machine.");
}
