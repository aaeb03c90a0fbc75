import type { IncomingMessage, ServerResponse } from "node:http";

/** What may be left of a body after its answer: more is not worth reading. */
const LEFT_BYTES = 2 * 1_048_576;
const LEFT_PIECES = 4_000;
const LEFT_MS = 5_000;

/**
 * Reads and drops what is left of a body that its route did not read. Otherwise the connection would stand still, and behind a
 * proxy the next person's request with it. A body that does not end soon ends its connection instead.
 */
export function finishBody(request: IncomingMessage, response: ServerResponse): void {
  response.once("finish", () => {
    if (request.complete || request.destroyed) return;
    let bytes = 0;
    let pieces = 0;
    const close = () => void request.socket.destroy();
    const timer = setTimeout(close, LEFT_MS).unref();
    request.once("close", () => clearTimeout(timer));
    request.once("end", () => clearTimeout(timer));
    // The reader that the route had would stop at its own buffer.
    request.removeAllListeners("data");
    request.on("data", (piece: Buffer) => {
      bytes += piece.byteLength;
      pieces += 1;
      if (bytes > LEFT_BYTES || pieces > LEFT_PIECES) close();
    });
    request.resume();
  });
}
