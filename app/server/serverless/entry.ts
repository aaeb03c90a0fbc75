import { existsSync } from "node:fs";
import path from "node:path";
import { ROOT } from "~/platform/root.server";
import { loadPages } from "../pages.server";
import { createHandler } from "./handler.server";

// The composition root where a host calls a function: on Vercel, on AWS Lambda behind an adapter, or in a server of your own.

// React is several times slower without it. Before the pages, which load React, are loaded.
process.env.NODE_ENV ??= "production";

// Vercel serves the files for the browser itself, so its function has none.
const files = path.join(ROOT, "build/client");

/** The whole product as `(request, response) => void`, with `settled()` and `close()`. */
export const handler = createHandler(process.env, {
  build: loadPages,
  assets: existsSync(files) ? files : null,
});
export default handler;
