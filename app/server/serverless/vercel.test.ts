import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "~/platform/root.server";
import {
  createConfig,
  createFunctionConfig,
  describeChoices,
  readChoices,
} from "../../../scripts/build-vercel.mjs";

const DATABASE_URL = "postgresql://parity@localhost/parity";

describe("a build for Vercel", () => {
  it("migrates the database in a build of production only, and not when it is told not to", () => {
    const migrates = (variables: Record<string, string>) => readChoices(variables).migrates;
    expect(migrates({ VERCEL_ENV: "production", DATABASE_URL })).toBe(true);
    expect(migrates({ VERCEL_ENV: "preview", DATABASE_URL })).toBe(false);
    expect(migrates({ DATABASE_URL })).toBe(false);
    expect(migrates({ VERCEL_ENV: "production", DATABASE_URL, PARITY_MIGRATE_IN_BUILD: "no" })).toBe(false);
  });

  it("says when nothing migrated the database of production", () => {
    const say = (variables: Record<string, string>) => describeChoices(readChoices(variables)).join("\n");
    expect(say({ VERCEL_ENV: "production" })).toContain("npm run db:migrate");
    expect(say({ VERCEL_ENV: "preview", DATABASE_URL })).not.toContain("npm run db:migrate");
  });

  it("calls once a day, which every plan allows, and says how to call more often", () => {
    const choices = readChoices({});
    expect(createConfig(choices).crons).toEqual([{ path: "/api/cron/sync-payments", schedule: "0 4 * * *" }]);
    expect(describeChoices(choices).join("\n")).toContain("PARITY_VERCEL_CRON to: */10 * * * *");
    const pro = readChoices({ PARITY_VERCEL_CRON: "*/10 * * * *" });
    expect(createConfig(pro).crons).toMatchObject([{ schedule: "*/10 * * * *" }]);
    expect(createConfig(readChoices({ PARITY_VERCEL_CRON: "off" })).crons).toEqual([]);
    expect(() => readChoices({ PARITY_VERCEL_CRON: "hourly" })).toThrow("PARITY_VERCEL_CRON");
  });

  it("tells the function the same time that it tells the platform", () => {
    const config = createFunctionConfig(readChoices({ PARITY_REQUEST_SECONDS: "300" }));
    expect(config).toMatchObject({ maxDuration: 300, environment: { PARITY_REQUEST_SECONDS: "300" } });
    expect(() => readChoices({ PARITY_REQUEST_SECONDS: "5" })).toThrow("PARITY_REQUEST_SECONDS");
  });

  it("is what vercel.json names, and nothing there adds a second cron", () => {
    const vercel = JSON.parse(readFileSync(path.join(ROOT, "vercel.json"), "utf8"));
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
    expect(vercel).toMatchObject({ framework: null, buildCommand: "npm run build:vercel" });
    expect(vercel).not.toHaveProperty("crons");
    const file = String(scripts["build:vercel"]).replace("node ", "");
    expect(existsSync(path.join(ROOT, file))).toBe(true);
  });
});
