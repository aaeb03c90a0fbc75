import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { expect, test } from "./support/test";

const client = path.resolve(import.meta.dirname, "../build/client");
/** Compressed, for a page before its first use: what it loads later is not in it. */
const MOST_BYTES = 150_000;

const route = z.object({
  id: z.string(),
  parentId: z.string().optional(),
  module: z.string(),
  imports: z.array(z.string()).default([]),
});
const manifest = z.object({
  entry: z.object({ module: z.string(), imports: z.array(z.string()) }),
  routes: z.record(z.string(), route),
  url: z.string(),
});

test("no page needs more than 150 kB of compressed JavaScript before its first use", async ({ request }) => {
  const html = await (await request.get("/sign-in")).text();
  const address = z.string().parse(/\/assets\/manifest-\w+\.js/.exec(html)?.[0]);
  const text = readFileSync(path.join(client, address), "utf8");
  const { entry, routes } = manifest.parse(JSON.parse(text.replace(/^[^{]*/, "").replace(/;\s*$/, "")));
  const sizes = new Map<string, number>();
  const measure = (file: string) => {
    const size = sizes.get(file) ?? gzipSync(readFileSync(path.join(client, file))).length;
    sizes.set(file, size);
    return size;
  };
  const pages = Object.values(routes).map((page) => {
    const files = new Set([address, entry.module, ...entry.imports]);
    for (let each: typeof page | undefined = page; each; each = routes[each.parentId ?? ""])
      for (const file of [each.module, ...each.imports]) files.add(file);
    return { id: page.id, bytes: [...files].reduce((sum, file) => sum + measure(file), 0) };
  });
  pages.sort((a, b) => b.bytes - a.bytes);
  for (const { id, bytes } of pages.slice(0, 12))
    process.stdout.write(`${(bytes / 1000).toFixed(1)} kB  ${id}\n`);
  expect(pages.filter(({ bytes }) => bytes > MOST_BYTES)).toEqual([]);
  expect(pages.length).toBeGreaterThan(20);
});
