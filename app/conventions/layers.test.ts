import { describe, expect, it } from "vitest";
import { findBrokenRules } from "./layers";
import { parseSource, readSources } from "./sources";

const findIn = (file: string, text: string) => findBrokenRules([parseSource(file, text)]);

describe("the floors", () => {
  it("are kept by every file", () => {
    const sources = readSources(["app"]);
    expect(sources.length).toBeGreaterThan(50);
    expect(findBrokenRules(sources)).toEqual([]);
  });

  it.each([
    ["app/routes/a.ts", 'import { b } from "~/dashboard/b.server";'],
    ["app/routes/a.ts", 'import { b } from "~/http/b.server";'],
    ["app/root.tsx", 'import { b } from "~/ui/b";'],
    ["app/ui/a.ts", 'import { b } from "~/billing/b";'],
    ["app/ui/a.ts", 'import type { B } from "~/dashboard/b.server";'],
    ["app/ui/a.tsx", 'import type { z } from "zod";'],
    ["app/routes/a.tsx", 'import { z } from "zod";'],
    ["app/engine/runs/a.ts", 'import { b } from "~/engine/repair/b";'],
    ["app/engine/repair/a.ts", 'import type { Database } from "~/platform/client.server";'],
    ["app/customers/a.server.ts", 'import { Prisma } from "~/generated/prisma/client";'],
    ["app/stripe/a.ts", 'import type { Log } from "~/platform/log.server";'],
    ["app/sandbox/a.ts", 'import type Stripe from "stripe";'],
    ["app/server/start.ts", 'import { b } from "~/demo/b";'],
    ["app/cli/parity.ts", 'import { b } from "~/server/b";\nprocess.env.A;'],
    ["app/demo/a.ts", 'import { b } from "~/sandbox/b";'],
    ["app/http/a.test.ts", 'import { b } from "~/routes/b";'],
  ])("allow in %s: %s", (file, text) => {
    expect(findIn(file, text)).toEqual([]);
  });

  it.each([
    [
      "app/engine/observe/a.ts",
      'import { b } from "~/routes/b";',
      "only downwards: engine/observe (floor 2)",
    ],
    ["app/engine/observe/a.ts", 'import type { B } from "~/engine/evaluate/b";', "only downwards"],
    ["app/engine/sync/a.ts", 'import { b } from "../runs/b";', "only downwards"],
    ["app/engine/account/a.ts", 'const b = await import("../../http/b");', "only downwards: engine/account"],
    [
      "app/customers/a.ts",
      'export * from "~/dashboard/b";',
      "only downwards: customers (floor 5) → dashboard",
    ],
    ["app/stripe/a.ts", 'import type { B } from "~/engine/account/b";', "only downwards: stripe (floor 0)"],
    ["app/engine/a.ts", "", "every slice has a floor"],
    ["app/shop/a.ts", "", "every slice has a floor"],
    ["app/ui/a.ts", 'import { b } from "~/dashboard/b";', "ui imports only billing"],
    ["app/ui/a.ts", 'import type { B } from "~/engine/account/b";', "ui imports only billing"],
    ["app/billing/a.ts", 'import { z } from "zod";', "billing imports only itself"],
    ["app/billing/a.ts", 'export * from "node:path";', "billing imports only itself"],
    ["app/billing/a.ts", 'import type { L } from "~/platform/log.server";', "billing imports only itself"],
    ["app/engine/runs/a.ts", 'import type Stripe from "stripe";', "package stripe only in app/stripe"],
    ["app/http/a.ts", 'import { User } from "../generated/prisma/client";', "Prisma only beside SQL"],
    ["app/facade/a.ts", 'import { Prisma } from "@prisma/client";', "Prisma only beside SQL"],
    ["app/routes/a.ts", 'import { db } from "~/platform/client.server";', "no database in routes"],
    ["app/stripe/a.ts", 'import type { Database } from "~/platform/client.server";', "no database in stripe"],
    ["app/server/a.ts", 'import { open } from "~/sandbox/open";', "sandbox stands apart"],
    ["app/http/a.ts", 'import type { D } from "~/demo/d";', "demo stands apart"],
    ["app/sandbox/a.ts", 'import { b } from "~/billing/b";', "sandbox stands apart"],
    ["app/server/a.ts", 'import { w } from "~/engine/testing/world";', "does not import test code"],
    ["app/ui/a.tsx", 'import { z } from "zod";', "no zod in the browser"],
    ["app/server/utils/a.ts", "", "folders named after the product"],
    ["app/server/a.ts", "const url = process.env.DATABASE_URL;", "environment only in env.server.ts"],
    ["app/server/a.ts", "\n".repeat(300).concat("a;"), "at most 300 lines"],
  ])("forbid in %s: %s", (file, text, expected) => {
    expect(findIn(file, text).join("\n")).toContain(expected);
  });

  it("allow 18 files in a folder beside their tests, and 6 in app/", () => {
    const many = (count: number, name: (n: number) => string) =>
      findBrokenRules([...Array(count).keys()].map((n) => parseSource(name(n), "")));
    expect(many(18, (n) => `app/http/f${n}.ts`)).toEqual([]);
    expect(many(30, (n) => `app/http/f${n}.test.ts`)).toEqual([]);
    expect(many(19, (n) => `app/http/f${n}.ts`)).toEqual([
      "at most 18 files in a flat folder: app/http/ has 19",
    ]);
    expect(many(7, (n) => `app/entry.f${n}.tsx`)).toEqual(["at most 6 files in a flat folder: app/ has 7"]);
  });

  it("allow no circle, neither of files nor of slices", () => {
    expect(
      findBrokenRules([
        parseSource("app/server/a.ts", 'import { b } from "./b";'),
        parseSource("app/server/b.ts", 'import { a } from "./a";'),
      ]),
    ).toEqual(["no circle of files: app/server/a.ts → app/server/b.ts → app/server/a.ts"]);
    expect(
      findBrokenRules([
        parseSource("app/stripe/a.ts", 'import { b } from "~/platform/b";'),
        parseSource("app/platform/b.ts", 'import { c } from "~/stripe/c";'),
        parseSource("app/stripe/c.ts", ""),
      ]),
    ).toEqual(["no circle of slices: stripe → platform → stripe"]);
  });

  it("find zod behind what the browser loads, and nothing behind what it does not", () => {
    expect(
      findBrokenRules([
        parseSource("app/routes/page.tsx", 'import { b } from "~/dashboard/b";'),
        parseSource("app/dashboard/b.ts", 'import { z } from "zod";'),
        parseSource("app/dashboard/c.server.ts", 'import { z } from "zod";'),
      ]),
    ).toEqual(["no zod in the browser: app/routes/page.tsx → app/dashboard/b.ts"]);
  });
});
