import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findProgram } from "~/platform/testing/desk";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { type EmbeddedPostgres, EmbeddedPostgresError, startEmbeddedPostgres } from "./embedded.server";

let folder = "";
beforeAll(async () => {
  folder = await makeTestFolder();
});
afterAll(() => removeTestFolder(folder));

const start = (name: string) => startEmbeddedPostgres({ dir: path.join(folder, name), fast: true });

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query({ text: sql, rowMode: "array" })).rows.flat();
  } finally {
    await client.end().catch(() => {});
  }
}

describe("the embedded PostgreSQL", () => {
  let first: EmbeddedPostgres;
  beforeAll(async () => {
    first = await start("one");
  });
  afterAll(() => first.stop());

  it("is a PostgreSQL of 15 or newer, with trigrams, whose lower() knows more than ASCII", async () => {
    expect(first.adopted).toBe(false);
    const [version] = await ask(first.url, "SHOW server_version_num");
    expect(Number(version)).toBeGreaterThanOrEqual(150_000);
    await ask(first.url, "CREATE EXTENSION pg_trgm");
    expect(await ask(first.url, "SELECT similarity('parity', 'parity'), lower('Ä')")).toEqual([1, "ä"]);
  });

  it("listens on this machine only, and asks for its password", async () => {
    expect(await ask(first.url, "SHOW listen_addresses")).toEqual(["127.0.0.1"]);
    const wrong = new URL(first.url);
    wrong.password = "guess";
    await expect(ask(wrong.toString(), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    const { mode } = await stat(path.join(folder, "one/password"));
    expect(mode & 0o077).toBe(0);
  });

  it("is adopted by a second process, which does not stop it", async () => {
    const second = await start("one");
    expect(second).toMatchObject({ adopted: true, url: first.url });
    await second.stop();
    expect(await ask(first.url, "SELECT 1")).toEqual([1]);
  });

  it("is stopped by the process that adopted it when the one that started it is gone", async () => {
    const orphan = await start("two");
    await writeFile(path.join(folder, "two/owner"), "999999999");
    const adopted = await start("two");
    expect(adopted.adopted).toBe(true);
    await adopted.stop();
    await expect(ask(orphan.url, "SELECT 1")).rejects.toThrow();
  });

  it("does not stay behind when the process that started it is killed (case 35)", async () => {
    const owner = await findProgram("app/demo/postgres/testing/owner.ts");
    const child = spawn(process.execPath, [owner, path.join(folder, "five")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = await once(child.stdout, "data");
    const url = String(said).trim();
    expect(await ask(url, "SELECT 1 AS one")).toEqual([1]);
    child.kill("SIGKILL");
    await expect
      .poll(() =>
        ask(url, "SELECT 1").then(
          () => "answers",
          () => "ended",
        ),
      )
      .toBe("ended");
    const again = await start("five");
    await again.stop();
  });

  it("starts despite the lock file of a crash whose process id belongs to another program now", async () => {
    await (await start("three")).stop();
    const lock = path.join(folder, "three/data/postmaster.pid");
    const { port } = new URL(first.url); // A PostgreSQL, but not ours.
    // Not our own process id: PostgreSQL ignores a lock with the id of its parent process.
    await writeFile(
      lock,
      [process.ppid, path.dirname(lock), 0, port, "", "127.0.0.1", "", "ready"].join("\n"),
    );
    const again = await start("three");
    expect(again.adopted).toBe(false);
    expect(await readFile(lock, "utf8")).not.toContain(`${process.ppid}\n`);
    await again.stop();
  });

  it("never touches a folder that holds something else", async () => {
    await writeFile(path.join(folder, "four"), "not a database");
    await expect(start("four")).rejects.toThrow(EmbeddedPostgresError);
    expect(await readFile(path.join(folder, "four"), "utf8")).toBe("not a database");
  });

  it("is created once when several processes start on an empty folder", async () => {
    const all = await Promise.all([start("five"), start("five"), start("five")]);
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
    for (const server of all) await server.stop();
  });
});
