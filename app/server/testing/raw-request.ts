import { connect } from "node:net";

export type RawRequest = {
  method: string;
  /** The request target, as bytes: one character each. */
  target: string;
  /** Lines, as bytes; a name may be there twice. */
  headers: (readonly [name: string, value: string])[];
  body: Buffer;
};

/** What was answered; null when the connection was closed without an answer. */
export type RawAnswer = { status: number; head: string; body: string } | null;

/** How long a request may take until it counts as never answered. A slow machine must not reach it. */
const TIMEOUT_MS = 50_000;

/** Sends a request byte for byte, also one that no client would send, and reads the answer until the connection closes. */
export function sendRaw(port: number, request: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(encodeRequest(request)));
    const chunks: Buffer[] = [];
    socket.setTimeout(TIMEOUT_MS, () => {
      socket.destroy();
      reject(new Error(`No answer: ${JSON.stringify({ ...request, body: request.body.length })}`));
    });
    // The server may close while the rest of a body is under way.
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("close", () => resolve(parseAnswer(Buffer.concat(chunks).toString())));
  });
}

function encodeRequest({ method, target, headers, body }: RawRequest): Buffer {
  const lines = [...headers, ["Connection", "close"] as const].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"),
    body,
  ]);
}

function parseAnswer(text: string): RawAnswer {
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1]);
  if (!status) return null;
  const end = text.indexOf("\r\n\r\n");
  const head = text.slice(0, end);
  const rest = text.slice(end + 4);
  // The sizes of the pieces could stand in the middle of a word that is looked for.
  const body = /transfer-encoding: chunked/i.test(head) ? rest.replace(/(^|\r\n)[0-9a-f]+\r\n/gi, "") : rest;
  return { status, head, body };
}
