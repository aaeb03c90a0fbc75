import { REFUSED, waitForServer } from "./wait-for-server";

/**
 * `fetch` that waits for the server where Remix asks for a page's data: without an answer Remix would show an error in the place of
 * the page. Everything else is sent as it is.
 */
export function keepAsking(send: typeof fetch): typeof fetch {
  return (input, init) => {
    if (!isPageData(input)) return send(input, init);
    const isSafe = (init?.method ?? "GET") === "GET";
    const signal = init?.signal;
    const ask = async () => {
      try {
        const response = await send(input, init);
        if (isFromProxy(response)) return null;
        return !isSafe && isUnavailable(response) ? REFUSED : response;
      } catch (error) {
        if (signal?.aborted) throw error;
        return null;
      }
    };
    // Remix takes an empty answer to a form as “done, and nothing to say”.
    const instead = isSafe ? undefined : () => new Response(null, { status: 204 });
    return waitForServer(ask, { isSafe, signal, instead });
  };
}

/** Remix asks with a `URL`. */
const isPageData = (input: Parameters<typeof fetch>[0]): boolean =>
  input instanceof URL && input.pathname.endsWith(".data");

/** The server answered that it could not use its database: an error would stand in the place of the page. */
const isUnavailable = ({ status, headers }: Response): boolean =>
  status === 503 && headers.has("X-Remix-Response");

/** What stands before the server answered in its place. */
const isFromProxy = ({ status, headers }: Response): boolean =>
  status >= 502 && status <= 504 && !headers.has("X-Remix-Response");
