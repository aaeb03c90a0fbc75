import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build } from "esbuild";
import pg from "pg";
import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { addPayingUser, createWorld, readAccess, type World } from "~/engine/testing/world";
import { ROOT } from "~/platform/root.server";
import { createCaller } from "./testing/caller";

// The examples of docs/examples, run as they are written. What needs a build is in vercel.built.test.ts.

let world: World;
/** The application's own connections; its tables are on its search path. */
let applicationUrl = "";
let pool: pg.Pool;
let server: Server | null = null;

beforeAll(async () => {
  world = await createWorld();
  const url = new URL(world.url);
  url.searchParams.set("options", "-c search_path=app");
  applicationUrl = url.toString();
  pool = new pg.Pool({ connectionString: applicationUrl });
  pool.on("error", () => {});
});
afterEach(() => {
  server?.close();
});
afterAll(async () => {
  await pool.end();
  await world.close();
});

async function takeUp(): Promise<void> {
  await world.parity.workspace.takeRequests();
  await world.parity.workspace.settle();
}

it("the example for Express answers at once, and the customer who has paid is let in behind it", async () => {
  await addPayingUser(world, "ada");
  vi.stubEnv("DATABASE_URL", applicationUrl);
  const { app }: { app: RequestListener } = await import("../../../docs/examples/express.mjs");
  server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server?.once("listening", resolve));
  const { send } = createCaller((server.address() as AddressInfo).port);
  const ask = () => send("GET", "/workspaces/ada_w1", { headers: { "X-User": "ada" } });
  expect(JSON.parse((await ask()).body)).toEqual({ id: "ada_w1", status: "locked" });
  await expect.poll(() => world.db.checkRequest.count()).toBe(1);
  await takeUp();
  expect(JSON.parse((await ask()).body)).toEqual({ id: "ada_w1", status: "active" });
});

it("the example for Next.js has the payment checked after the answer", async () => {
  await addPayingUser(world, "eve");
  const behind: (() => Promise<unknown>)[] = [];
  const given = { after: (work: () => Promise<unknown>) => behind.push(work), pool };
  vi.stubGlobal("given", given);
  const page = await loadNextPage();
  const html = renderToStaticMarkup(await page({ params: Promise.resolve({ id: "eve_w1" }) }));
  expect(html).toContain("This workspace is locked.");
  expect(await world.db.checkRequest.count()).toBe(0);
  await Promise.all(behind.map((work) => work()));
  await takeUp();
  expect(await readAccess(world, "eve")).toBe("active 5");
});

type Page = (props: { params: Promise<{ id: string }> }) => Promise<ReactElement>;

/** The page as Next.js compiles it, with what belongs to Next.js and to the application in place of theirs. */
async function loadNextPage(): Promise<Page> {
  const stubs: Record<string, string> = {
    "next/server": "export const { after } = globalThis.given;",
    "next/navigation": "export function notFound() { throw new Error('not found'); }",
    "@/lib/database": "export const { pool } = globalThis.given;",
    "@/lib/session": "export const readUserId = async () => 'eve';",
  };
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, "docs/examples/next-workspace-page.tsx")],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    jsx: "automatic",
    external: ["react", "react/jsx-runtime"],
    plugins: [
      {
        name: "stubs",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^(next\/|@\/)/ }, ({ path: name }) => ({ path: name, namespace: "stub" }));
          onLoad({ filter: /.*/, namespace: "stub" }, ({ path: name }) => ({ contents: stubs[name] }));
        },
      },
    ],
  });
  const { createRequire } = await import("node:module");
  const module: { exports: { default?: Page } } = { exports: {} };
  const text = outputFiles[0]?.text ?? "";
  new Function("module", "exports", "require", text)(module, module.exports, createRequire(import.meta.url));
  if (!module.exports.default) throw new Error("The example exports no page");
  return module.exports.default;
}
