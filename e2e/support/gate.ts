import { connect, createServer, type Socket } from "node:net";
import { findFreePort, type Product } from "./product";

/** Between the browser and the product: closed, it is to the browser as if the server had ended. */
export async function openGate(product: Product) {
  const to = new URL(product.url);
  const port = await findFreePort();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const beyond = connect(Number(to.port), to.hostname);
    for (const [one, other] of [
      [socket, beyond],
      [beyond, socket],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  const open = () => new Promise<void>((resolve) => server.listen(port, to.hostname, resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await open();
  return { url: `${to.protocol}//${to.hostname}:${port}`, open, close };
}
