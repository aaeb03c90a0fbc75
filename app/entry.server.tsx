import { PassThrough } from "node:stream";
import {
  type AppLoadContext,
  createReadableStreamFromReadable,
  type EntryContext,
  type HandleDataRequestFunction,
  type HandleErrorFunction,
} from "@remix-run/node";
import { RemixServer } from "@remix-run/react";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { afterTurns } from "./platform/with-timeout";
import { NonceContext } from "./ui/theme/nonce";

/** How long deferred data of a page may take, in milliseconds. */
export const streamTimeout = 5_000;

/** Renders a page. Browsers get a stream; bots get the complete page, because they do not wait for the rest. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remixContext: EntryContext,
  { cspNonce, log }: AppLoadContext,
): Promise<Response> {
  const readyEvent = isbot(request.headers.get("User-Agent")) ? "onAllReady" : "onShellReady";
  headers.set("Content-Type", "text/html; charset=utf-8");
  forbidCaching(headers);
  return new Promise((resolve, reject) => {
    let shellSent = false;
    let failed = false;
    const { pipe, abort } = renderToPipeableStream(
      <NonceContext.Provider value={cspNonce}>
        <RemixServer context={remixContext} url={request.url} nonce={cspNonce} />
      </NonceContext.Provider>,
      {
        nonce: cspNonce,
        [readyEvent]: () => {
          shellSent = true;
          const body = new PassThrough();
          resolve(
            new Response(createReadableStreamFromReadable(body), { headers, status: failed ? 500 : status }),
          );
          pipe(body);
        },
        onShellError: reject,
        onError: (error: unknown) => {
          failed = true;
          // Remix logs what a route throws. This is a render that was given up, or a bug of ours: it is answered 500.
          log.error(
            { err: error },
            shellSent ? "page render failed after the response started" : "page render failed",
          );
        },
      },
    );
    // Later than `streamTimeout`, so that late data is rendered as an error instead of being cut off.
    afterTurns(streamTimeout + 1_000, abort).unref();
  });
}

/** Page data is as private as the pages. */
export const handleDataRequest: HandleDataRequestFunction = (response) => {
  forbidCaching(response.headers);
  return response;
};

/** Logs errors outside of loaders and actions, which log their own errors. An unknown URL is not an error. */
export const handleError: HandleErrorFunction = (error, { request, context }) => {
  if (request.signal.aborted || error instanceof Response) return;
  if (isRouteMiss(error)) context.log.debug({ err: error }, "route not found");
  else context.log.error({ err: error }, "page render failed");
};

function isRouteMiss(error: unknown): boolean {
  const status =
    typeof error === "object" && error !== null && "status" in error ? Number(error.status) : 500;
  return status >= 400 && status < 500;
}

function forbidCaching(headers: Headers): void {
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "private, no-store");
}
