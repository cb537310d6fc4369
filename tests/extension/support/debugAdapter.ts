/** A client of the Debug Adapter Protocol, as an editor's debugger is one. Hides the socket, the frames and the numbers. */
import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Message, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";

interface DebugMessage extends Message {
  readonly type: string;
  readonly event?: string;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: unknown;
}

const PATIENCE_MS = 30_000;
const POLL_MS = 100;

/** A connection to a debug adapter. */
export class DebugAdapter {
  private readonly received = new EventEmitter();
  private readonly writer: StreamMessageWriter;
  private sent = 0;

  private constructor(private readonly socket: Socket) {
    this.writer = new StreamMessageWriter(socket);
    new StreamMessageReader(socket).listen((message) => {
      const { type, event, request_seq } = message as DebugMessage;
      this.received.emit(type === "event" ? `event ${event ?? ""}` : `response ${request_seq ?? 0}`, message);
    });
  }

  /** Connects to a port of this machine, as soon as something listens there. */
  static async connect(port: number): Promise<DebugAdapter> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const socket = connect(port, "127.0.0.1");
      try {
        await once(socket, "connect");
        return new DebugAdapter(socket);
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await delay(POLL_MS);
      }
    }
  }

  /** Sends a request; resolves to the body of the response. */
  async request(command: string, args: object = {}): Promise<unknown> {
    const seq = ++this.sent;
    const response = once(this.received, `response ${seq}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await this.writer.write({ seq, type: "request", command, arguments: args } as unknown as Message);
    const [{ success, message, body }] = (await response) as [DebugMessage];
    if (!success) throw new Error(`${command}: ${message ?? "failed"}`);
    return body;
  }

  /** Resolves to the body of the next such event. Call it before what leads to the event. */
  async event(name: string): Promise<unknown> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const [{ body }] = (await once(this.received, `event ${name}`, { signal })) as [DebugMessage];
    return body;
  }

  close(): void {
    this.socket.destroy();
  }
}
