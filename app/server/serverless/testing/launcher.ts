/**
 * A program that starts a function as Vercel does: what is in its folder and nothing else, the handler that its settings name,
 * and a request context with `waitUntil`. It prints its port, and each promise that was handed over when it is done.
 */
export const LAUNCHER = `
import { AsyncLocalStorage } from "node:async_hooks";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const { handler, launcherType, shouldAddHelpers, environment } = JSON.parse(
  readFileSync(path.join(folder, ".vc-config.json"), "utf8"),
);
if (launcherType !== "Nodejs" || shouldAddHelpers) throw new Error("another launcher");
Object.assign(process.env, environment);
const contexts = new AsyncLocalStorage();
globalThis[Symbol.for("@vercel/request-context")] = { get: () => contexts.getStore() };
const started = performance.now();
const { default: answer } = await import(pathToFileURL(path.join(folder, handler)).href);
const loadedMs = Math.round(performance.now() - started);
let open = 0;
const say = (line) => process.stdout.write(JSON.stringify(line) + "\\n");
const waitUntil = (work) => {
  open += 1;
  work.finally(() => {
    open -= 1;
    if (open === 0) say({ idle: true });
  });
};
const server = createServer((request, response) => contexts.run({ waitUntil }, () => answer(request, response)));
server.listen(0, "127.0.0.1", () => say({ port: server.address().port, loadedMs }));
`;

/** A program that calls the example for AWS Lambda as Lambda's runtime does, and prints each answer when its stream has ended. */
export const LAMBDA = `
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

class Stream {
  text = "";
  write(chunk) {
    this.text += chunk;
  }
  end(chunk = "") {
    this.write(chunk);
    process.stdout.write(JSON.stringify({ ...this.metadata, body: this.text }) + "\\n");
  }
}
globalThis.awslambda = {
  streamifyResponse: (answer) => answer,
  HttpResponseStream: { from: (stream, metadata) => Object.assign(stream, { metadata }) },
};
const { lambda } = await import(pathToFileURL(process.argv[2]).href);
for (const event of JSON.parse(readFileSync(process.argv[3], "utf8"))) await lambda(event, new Stream(), {});
process.exit(0);
`;
