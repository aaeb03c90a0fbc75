import { expect, it } from "vitest";
import { runProcess } from "~/cli/testing/cli";
import { applyMigrations } from "~/platform/migrations/migrate.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { examineInstallation } from "~/platform/uninstall/uninstall.server";

it("removes Parity only when the database is named, and says what it removes", {
  timeout: 120_000,
}, async () => {
  const { url, drop } = await createEmptyDatabase();
  try {
    await applyMigrations(url, { exampleTables: "app" });
    const run = (...options: string[]) =>
      runProcess(["app/server/uninstall.ts", ...options], { DATABASE_URL: url });
    // Standard input is a pipe that stays open.
    const refused = await run();
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/table migrations: 19 rows\n.* empty tables, 4 views, \d+ functions/);
    expect(refused.stderr).toContain("Nothing was removed.");
    expect((await examineInstallation(url)).schema).toBe("ours");

    expect(await run("--yes")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Parity was removed from/),
    });
    expect((await examineInstallation(url)).schema).toBe("none");
    expect(await run("--yes")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("there is no schema parity"),
    });
    expect((await run("--no-such-option")).code).toBe(2);
  } finally {
    await drop();
  }
});
