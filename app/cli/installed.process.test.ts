import { execFile } from "node:child_process";
import { chmod, cp, readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "~/platform/root.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { bundle, PROGRAMS } from "../../scripts/bundle.mjs";

// The programs as an image has them: compiled, no package folder above them, a folder that cannot be written, an account without
// rights. The hunt builds the whole image so (e2e/hunt/image.ts).

const TIMEOUT_MS = 120_000;
const UNPRIVILEGED = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

let folder: string;
beforeAll(async () => {
  folder = await makeTestFolder();
  await bundle({ name: "programs", entries: PROGRAMS.programs, folder: path.join(folder, "build/parity") });
  for (const file of ["package.json", "prisma/migrations"])
    await cp(path.join(ROOT, file), path.join(folder, file), { recursive: true });
  await setMode(folder, 0o555, 0o444);
});
afterAll(async () => {
  await setMode(folder, 0o755, 0o644);
  await removeTestFolder(folder);
});

async function setMode(place: string, folders: number, files: number): Promise<void> {
  await chmod(place, folders);
  for (const entry of await readdir(place, { withFileTypes: true })) {
    const inside = path.join(place, entry.name);
    await (entry.isDirectory() ? setMode(inside, folders, files) : chmod(inside, files));
  }
}

const run = (argv: readonly string[], environment: Record<string, string> = {}) =>
  new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const [program = "", ...words] = argv;
    const child = execFile(
      process.execPath,
      [path.join(folder, `build/parity/${program}.js`), ...words],
      { cwd: folder, env: { NODE_ENV: "production", ...environment }, timeout: TIMEOUT_MS, ...UNPRIVILEGED },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

it("an installation without packages migrates a database, and has a command line", {
  timeout: TIMEOUT_MS,
}, async () => {
  const database = await createEmptyDatabase();
  try {
    const DATABASE_URL = database.url;
    const migrated = await run(["migrate", "--with-example-tables"], { DATABASE_URL });
    expect(migrated).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^Applied: /) });
    const seeded = await run(["seed"], { DATABASE_URL });
    expect(seeded).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/^The plans exist: /),
    });
    expect(await run(["cli", "--help"])).toMatchObject({ code: 0, stderr: "" });
    const environment = await run(["cli", "status"], { DATABASE_URL });
    expect(environment).toMatchObject({ code: 1, stdout: "" });
    expect(environment.stderr).toContain("STRIPE_SECRET_KEY: is required together with DATABASE_URL");
  } finally {
    await database.drop();
  }
});

it("a demo in it says what cannot be written, and what to set", { timeout: TIMEOUT_MS }, async () => {
  const data = path.join(folder, "data");
  const ran = await run(["cli", "status"], { PARITY_DEMO: "1", PARITY_DATA_DIR: data });
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toMatch(
    /^The demo keeps its data in .*, which cannot be written \(.*\)\. Set PARITY_DATA_DIR .*\n$/,
  );
});
