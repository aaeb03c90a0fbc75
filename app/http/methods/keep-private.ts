import type { ServerResponse } from "node:http";

/** What says nothing about caching is kept by no one: most answers are about people. */
export function keepPrivate(response: ServerResponse): void {
  const { writeHead } = response;
  Object.assign(response, {
    writeHead(...given: unknown[]): unknown {
      if (!response.headersSent && !response.hasHeader("Cache-Control"))
        response.setHeader("Cache-Control", "no-store");
      return Reflect.apply(writeHead, response, given);
    },
  });
}
