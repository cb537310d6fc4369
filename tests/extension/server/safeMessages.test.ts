import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { messagesWithoutLinks } from "../../../extension/src/server/safeMessages";

const LINK = "[Finish](command:workbench.action.quit)";
const SHOWN = "[Finish] (command:workbench.action.quit)";

let server: MessageConnection;
let client: MessageConnection;

beforeEach(() => {
  const [up, down] = [new PassThrough(), new PassThrough()];
  server = createMessageConnection(new StreamMessageReader(up), new StreamMessageWriter(down));
  client = createMessageConnection(new StreamMessageReader(down), new StreamMessageWriter(up), undefined, {
    messageStrategy: messagesWithoutLinks,
  });
  server.listen();
});

afterEach(() => {
  client.dispose();
  server.dispose();
});

/** Sends a notification and returns what the client's handler receives. */
async function received(method: string, params: unknown): Promise<unknown> {
  const got = new Promise((resolve) => client.onNotification(method, resolve));
  client.listen();
  await server.sendNotification(method, params);
  return got;
}

describe("a message from the server", () => {
  it("is shown without links", async () => {
    expect(await received("window/showMessage", { type: 2, message: `No ${LINK}` })).toEqual({
      type: 2,
      message: `No ${SHOWN}`,
    });
  });

  it("with actions is shown without links, and returns the chosen action", async () => {
    const asked: unknown[] = [];
    client.onRequest("window/showMessageRequest", (params: { actions: unknown[] }) => {
      asked.push(params);
      return params.actions[0];
    });
    client.listen();
    const actions = [{ title: LINK, id: 7 }];
    expect(await server.sendRequest("window/showMessageRequest", { type: 1, message: LINK, actions })).toEqual(
      actions[0],
    );
    expect(asked).toEqual([{ type: 1, message: SHOWN, actions }]);
  });

  it("about progress is shown without links", async () => {
    const value = { kind: "begin", title: LINK, message: LINK, percentage: 3 };
    const shown = { kind: "begin", title: SHOWN, message: SHOWN, percentage: 3 };
    expect(await received("$/progress", { token: "t", value })).toEqual({ token: "t", value: shown });
  });

  it("that is not shown is unchanged", async () => {
    expect(await received("window/logMessage", { type: 3, message: LINK })).toEqual({ type: 3, message: LINK });
  });

  it("with an unexpected structure is unchanged", async () => {
    expect(await received("window/showMessage", { type: 3, message: [LINK] })).toEqual({ type: 3, message: [LINK] });
  });
});
