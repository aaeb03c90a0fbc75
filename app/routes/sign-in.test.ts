import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStaffAuth, type StaffAuth } from "~/auth/staff.server";
import { appUrl, createRouteArgs } from "~/http/testing/request";
import { createLog } from "~/platform/log.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { action, loader } from "./sign-in";
import { action as signOut } from "./sign-out";

const password = "correct horse battery";
let database: TestDatabase;
let staffAuth: StaffAuth;
beforeAll(async () => {
  database = await createTestDatabase();
  const environment = { appSecret: "s".repeat(40), appUrl, singleSignOn: null };
  staffAuth = createStaffAuth({ db: database.db, environment, log: createLog({ level: "silent" }) });
  await staffAuth.addStaff({ email: "ann@example.com", name: "Ann", role: "viewer", password });
});
afterAll(() => database.drop());

function args(path: string, init: RequestInit = {}) {
  const made = createRouteArgs(path, init).args;
  return { ...made, context: { ...made.context, staffAuth } };
}
const headers = { "Sec-Fetch-Site": "same-origin" };
const submit = (fields: Record<string, string>) =>
  action(args("/sign-in", { method: "POST", headers, body: new URLSearchParams(fields) }));

async function signIn(next = "/") {
  const answer = await submit({ email: "ann@example.com", password, next });
  if (!(answer instanceof Response)) throw new Error("Not signed in");
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return { cookie, location: answer.headers.get("Location"), status: answer.status };
}

describe("the sign-in page", () => {
  it("redirects to the requested page, only within this site", async () => {
    expect(await signIn("/users?verdict=in_sync")).toMatchObject({
      status: 302,
      location: "/users?verdict=in_sync",
    });
    expect(await signIn("https://evil.test/")).toMatchObject({ location: "/" });
    expect(await signIn("//evil.test/")).toMatchObject({ location: "/" });
  });

  it("rejects a wrong password, keeps the address, and does not repeat the password", async () => {
    const answer = await submit({ email: "ann@example.com", password: "wrong password" });
    expect(answer).toMatchObject({ init: { status: 401 }, data: { email: "ann@example.com" } });
    expect(JSON.stringify(answer)).not.toContain("wrong password");
  });

  it("redirects a user that is already signed in", async () => {
    const { cookie } = await signIn();
    const thrown = await Promise.resolve(
      loader(args("/sign-in?next=/runs", { headers: { Cookie: cookie } })),
    ).catch((one: unknown) => one);
    expect(thrown instanceof Response && thrown.headers.get("Location")).toBe("/runs");
  });

  it("explains each error code of the identity provider, also an unknown one", async () => {
    expect(await loader(args("/sign-in?error=not_invited"))).toMatchObject({
      problem: expect.stringContaining("invited"),
    });
    expect(await loader(args("/sign-in?error=<script>"))).toMatchObject({
      problem: "Sign-in failed. Try again.",
    });
    expect(await loader(args("/sign-in"))).toMatchObject({ problem: null, next: "/" });
  });

  it("is shown again after signing out, which ends the session", async () => {
    const { cookie } = await signIn();
    const answer = await signOut(
      args("/sign-out", { method: "POST", headers: { ...headers, Cookie: cookie } }),
    );
    expect(answer.headers.get("Location")).toBe("/sign-in");
    expect(await staffAuth.session(new Request(appUrl, { headers: { Cookie: cookie } }))).toBeNull();
  });
});
