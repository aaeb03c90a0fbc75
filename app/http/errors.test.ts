import { expect, it } from "vitest";
import { createStaffAuth } from "~/auth/staff.server";
import { createDatabase } from "~/platform/client.server";
import { createLog } from "~/platform/log.server";
import { applyMigrations } from "~/platform/migrations/migrate.server";
import { createEmptyDatabase, createTestDatabase } from "~/platform/testing/database";
import { errorResponse, isUnavailable } from "./errors";

const catchError = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

it("an error response has a code, a message and no caching", async () => {
  const response = errorResponse("forbidden", {
    message: "This needs the role admin.",
    headers: { "X-Extra": "1" },
  });
  expect(response.status).toBe(403);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  expect(response.headers.get("X-Extra")).toBe("1");
  expect(await response.json()).toEqual({
    error: { code: "forbidden", message: "This needs the role admin." },
  });
});

it("a missing server, a dropped database and an unreadable session count as unavailable", async () => {
  // A database of its own, that is really dropped: others are used again.
  const { url, drop } = await createEmptyDatabase();
  await applyMigrations(url, { exampleTables: "app" });
  const db = createDatabase(url);
  const environment = { appSecret: "s".repeat(40), appUrl: "http://localhost:3000", singleSignOn: null };
  const staffAuth = createStaffAuth({ db, environment, log: createLog({ level: "silent" }) });
  await staffAuth.addStaff({
    email: "ann@example.com",
    name: "Ann",
    role: "viewer",
    password: "correct horse battery",
  });
  const credentials = { email: "ann@example.com", password: "correct horse battery" };
  const signedIn = await staffAuth.signIn({ ...credentials, clientAddress: "192.0.2.1", userAgent: "" });
  const Cookie = signedIn.ok ? signedIn.cookies.map((cookie) => cookie.split(";")[0]).join("; ") : "";
  await db.$disconnect();
  await drop();
  expect(isUnavailable(await catchError(db.staff.count()))).toBe(true);
  expect(
    isUnavailable(await catchError(staffAuth.session(new Request("http://x", { headers: { Cookie } })))),
  ).toBe(true);
  const nowhere = createDatabase("postgresql://unknown:x@127.0.0.1:1/nothing");
  expect(isUnavailable(await catchError(nowhere.staff.count()))).toBe(true);
  await nowhere.$disconnect();
});

it("an error of our code does not count as unavailable", async () => {
  const { db, drop } = await createTestDatabase();
  await db.staff.create({ data: { email: "a@example.com", name: "A" } });
  expect(
    isUnavailable(await catchError(db.staff.create({ data: { email: "a@example.com", name: "A" } }))),
  ).toBe(false);
  expect(isUnavailable(await catchError(db.$queryRaw`SELECT no_such_column FROM parity."Staff"`))).toBe(
    false,
  );
  expect(isUnavailable(new TypeError("x is not a function"))).toBe(false);
  expect(isUnavailable("text")).toBe(false);
  await drop();
});
