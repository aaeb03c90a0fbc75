import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { expect, test } from "./support/test";

const client = path.resolve(import.meta.dirname, "../build/client");
/** Compressed, for a page before its first use: what it loads later is not in it. */
const MOST_BYTES = 150_000;
const MOST_SHIFT = 0.02;

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

const addresses = [
  ...["/", "/?queue=needs_decision", "/users", "/users/user_0100", "/plans", "/runs", "/activity", "/health"],
  ...["/alerts", "/team", "/doctor", "/account", "/revocations", "/settings"],
];

test("nothing moves while a page loads", async ({ staffPage: page }) => {
  await page.addInitScript(() => {
    const shifts: { value: number; what: string[] }[] = [];
    Reflect.set(window, "shifts", shifts);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const value: unknown = Reflect.get(entry, "value");
        const sources: unknown = Reflect.get(entry, "sources");
        const what = Array.isArray(sources)
          ? sources.map(({ node }) => String(node?.textContent).slice(0, 60))
          : [];
        if (typeof value === "number") shifts.push({ value, what });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  // What the frame counts is known from the second page on.
  await page.goto("/settings");
  for (const address of addresses) {
    await page.goto(address, { waitUntil: "networkidle" });
    const shifts = z
      .array(z.object({ value: z.number(), what: z.array(z.string()) }))
      .parse(await page.evaluate("window.shifts"));
    const sum = shifts.reduce((total, { value }) => total + value, 0);
    process.stdout.write(`${sum.toFixed(4)}  ${address}\n`);
    expect.soft(sum, `${address}: ${JSON.stringify(shifts)}`).toBeLessThan(MOST_SHIFT);
  }
});
