import { expect, it } from "vitest";
import { z } from "zod";
import { formatLicenses, listBundled } from "../../scripts/licenses.mjs";
import { repository } from "./sources";

// The build writes the licenses of bundled packages beside its programs (build/parity/THIRD-PARTY-….txt).

it("names each package of a bundle once, with its version, license and text, and no file of ours", async () => {
  const bundled = await listBundled(repository, [
    "app/server/start.ts",
    "node_modules/zod/index.js",
    "node_modules/zod/v4/core/core.js",
    "node_modules/@prisma/client/runtime/client.mjs",
  ]);
  expect(bundled.map(({ name, license }) => `${name}: ${license}`)).toEqual([
    "@prisma/client: Apache-2.0",
    "zod: MIT",
  ]);
  const text = formatLicenses(bundled);
  expect(text).toMatch(/^zod \d+\.\d+\.\d+: MIT$/m);
  expect(text).toContain("Permission is hereby granted, free of charge");
  expect(text).toContain("Apache License");
});

it("packages that production has are under licenses that allow to pass them on", async () => {
  const manifest: unknown = (await import("../../package.json")).default;
  const { dependencies } = z.object({ dependencies: z.record(z.string(), z.string()) }).parse(manifest);
  const found = await listBundled(
    repository,
    Object.keys(dependencies).map((name) => `node_modules/${name}/package.json`),
  );
  expect(found).toHaveLength(Object.keys(dependencies).length);
  const others = found.filter(
    ({ license }) => !/^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|Unlicense)$/.test(license),
  );
  expect(others.map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
});
