import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "~/engine/account/actor";
import type { Role } from "~/engine/account/roles";
import { createLog } from "~/platform/log.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { createStaffAuth, type StaffAuth } from "../staff.server";

const appUrl = "https://parity.test";
const password = "correct horse battery";
const environment = { appSecret: "s".repeat(40), appUrl, singleSignOn: null };
let database: TestDatabase;
let auth: StaffAuth;

beforeAll(async () => {
  database = await createTestDatabase();
  auth = createStaffAuth({ db: database.db, environment, log: createLog({ level: "silent" }) });
});
afterAll(() => database.drop());
beforeEach(async () => {
  const { db } = database;
  await db.staffInvitation.deleteMany();
  await db.signInLimit.deleteMany();
  await db.staff.deleteMany();
});

async function addMember(name: string, role: Role): Promise<{ id: string; by: Actor }> {
  const made = await auth.addStaff({ email: `${name}@example.com`, name, role, password });
  if (!made.ok) throw new Error(made.reason);
  return { id: made.id, by: { kind: "staff", id: made.id } };
}
async function openSession(name: string, given = password): Promise<string> {
  const signedIn = await auth.signIn({
    email: `${name}@example.com`,
    password: given,
    clientAddress: "192.0.2.1",
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  });
  if (!signedIn.ok) throw new Error(`${name} is not signed in: ${signedIn.reason}`);
  return signedIn.cookies.map((line) => line.split(";")[0]).join("; ");
}
const readSession = (cookie: string) => auth.session(new Request(appUrl, { headers: { Cookie: cookie } }));
const readRole = async (id: string) => {
  const member = await database.db.staff.findUniqueOrThrow({ where: { id } });
  return member.removedAt === null ? member.role : "removed";
};
async function listAudit(part: string) {
  const rows = await database.db.settingChange.findMany({
    where: { key: { contains: part } },
    orderBy: { id: "asc" },
  });
  return rows.map(({ before, after, actor, reason }) => ({ before, after, actor, reason }));
}

describe("R171: an invitation", () => {
  const inviteBob = async (by: Actor, role: Role = "operator") => {
    const made = await auth.invitations.invite({ email: " Bob@Example.com", role }, by);
    if (!made.ok) throw new Error(made.reason);
    return made.token;
  };
  const bob = { name: "Bob", password: "seven purple umbrellas" };

  it("lets a person choose a name and a password, with the role of the admin's choice, once", async () => {
    const ada = await addMember("ada", "admin");
    const token = await inviteBob(ada.by);
    expect(await auth.invitations.findOpen(token)).toMatchObject({
      email: "bob@example.com",
      role: "operator",
      isReset: false,
    });
    for (const [input, reason] of [
      [{ ...bob, name: " " }, "bad_name"],
      [{ ...bob, name: "\u200b" }, "bad_name"],
      [{ ...bob, password: "short" }, "password_too_short"],
      [{ ...bob, password: "password1234" }, "password_too_common"],
    ] as const)
      expect(await auth.invitations.accept({ token, ...input })).toEqual({ ok: false, reason });
    const both = await Promise.all([1, 2].map(() => auth.invitations.accept({ token, ...bob })));
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await readSession(await openSession("bob", bob.password))).toMatchObject({
      name: "Bob",
      role: "operator",
    });
    expect(await auth.invitations.findOpen(token)).toBeNull();
    const stored = await database.db.staffInvitation.findMany();
    expect(JSON.stringify(stored)).not.toContain(token);
  });

  it("ends after 72 hours, when it is withdrawn, and with a newer one", async () => {
    const { by } = await addMember("ada", "admin");
    const old = await inviteBob(by);
    const token = await inviteBob(by);
    expect(await auth.invitations.findOpen(old)).toBeNull();
    const [open] = (await auth.listTeam()).invitations;
    expect(open).toMatchObject({ email: "bob@example.com", role: "operator", by: "ada" });
    await database.db.staffInvitation.updateMany({ data: { expiresAt: new Date(Date.now() - 1_000) } });
    expect(await auth.invitations.accept({ token, ...bob })).toEqual({ ok: false, reason: "not_valid" });
    expect(await auth.invitations.withdraw(open?.id ?? "", by)).toBe(false);
    const another = await inviteBob(by);
    const [newest] = (await auth.listTeam()).invitations;
    expect(await auth.invitations.withdraw(newest?.id ?? "", by)).toBe(true);
    expect(await auth.invitations.accept({ token: another, ...bob })).toEqual({
      ok: false,
      reason: "not_valid",
    });
    expect((await auth.listTeam()).members).toHaveLength(1);
  });

  it("is not made for a member, for what is no address, or by someone who is no admin any more", async () => {
    const { by } = await addMember("ada", "admin");
    const olga = await addMember("olga", "operator");
    const invite = (email: string, actor: Actor) => auth.invitations.invite({ email, role: "viewer" }, actor);
    expect(await invite("OLGA@example.com", by)).toEqual({ ok: false, reason: "already_member" });
    expect(await invite("olga", by)).toEqual({ ok: false, reason: "bad_email" });
    expect(await invite("bob@example.com", olga.by)).toEqual({ ok: false, reason: "not_admin" });
  });

  it.each([
    ["is removed", (id: string, by: Actor) => auth.members.removeMember({ staffId: id }, by)],
    ["is demoted", (id: string, by: Actor) => auth.members.changeRole({ staffId: id, role: "operator" }, by)],
    [
      "is demoted on the command line",
      () => auth.addStaff({ email: "eve@example.com", name: "eve", role: "viewer" }),
    ],
  ])(
    "of an admin who %s opens nothing any more, nor does a link to another member's password",
    async (_, end) => {
      const ann = await addMember("ann", "admin");
      const eve = await addMember("eve", "admin");
      const byEve = await inviteBob(eve.by, "admin");
      const reset = await auth.invitations.offerNewPassword({ staffId: ann.id }, eve.by);
      expect(reset).toMatchObject({ ok: true });
      const byProgram = await auth.invitations.invite(
        { email: "carl@example.com", role: "viewer" },
        { kind: "command_line", id: null },
      );
      expect(await end(eve.id, ann.by)).toMatchObject({ ok: true });
      for (const token of [byEve, reset.ok ? reset.token : ""]) {
        expect(await auth.invitations.findOpen(token)).toBeNull();
        expect(await auth.invitations.accept({ token, ...bob })).toEqual({ ok: false, reason: "not_valid" });
      }
      expect(await auth.invitations.findOpen(byProgram.ok ? byProgram.token : "")).toMatchObject({
        role: "viewer",
      });
      expect(await readSession(await openSession("ann"))).toMatchObject({ role: "admin" });
    },
  );

  it("to a person who was added meanwhile changes nothing of theirs", async () => {
    const { by } = await addMember("ada", "admin");
    const token = await inviteBob(by, "admin");
    await addMember("bob", "viewer");
    expect(await auth.invitations.accept({ token, ...bob })).toEqual({ ok: false, reason: "not_valid" });
    expect(await readSession(await openSession("bob"))).toMatchObject({ role: "viewer" });
  });

  it("for a new password keeps the name, the role and the second factor, and ends all sessions", async () => {
    const { by } = await addMember("ada", "admin");
    const olga = await addMember("olga", "operator");
    const cookie = await openSession("olga");
    await database.db.staff.update({ where: { id: olga.id }, data: { twoFactorEnabled: true } });
    const made = await auth.invitations.offerNewPassword({ staffId: olga.id }, by);
    if (!made.ok) throw new Error(made.reason);
    expect(await auth.invitations.findOpen(made.token)).toMatchObject({ isReset: true, name: "olga" });
    const accepted = await auth.invitations.accept({ token: made.token, ...bob });
    expect(accepted).toMatchObject({ ok: true, email: "olga@example.com" });
    expect(await readSession(cookie)).toBeNull();
    expect((await auth.listTeam()).members).toMatchObject([
      { name: "ada" },
      { name: "olga", role: "operator", hasSecondFactor: true },
    ]);
    expect((await listAudit(olga.id)).slice(1)).toMatchObject([
      { after: { passwordLink: true }, actor: `${by.kind}:${by.id}` },
      { after: { newPassword: true }, actor: `staff:${olga.id}` },
    ]);
  });
});

describe("R172: the last admin", () => {
  it("can neither be removed nor get another role, by themselves or on the command line", async () => {
    const ada = await addMember("ada", "admin");
    await addMember("olga", "operator");
    // An admin who never signed in, and has no password, may never come.
    await auth.addStaff({ email: "sso@example.com", name: "Sso", role: "admin" });
    const last = { ok: false, reason: "last_admin" };
    for (const by of [ada.by, { kind: "command_line", id: null } as const]) {
      expect(await auth.members.removeMember({ staffId: ada.id }, by)).toEqual(last);
      expect(await auth.members.changeRole({ staffId: ada.id, role: "viewer" }, by)).toEqual(last);
    }
    expect(
      await auth.addStaff({ email: "ada@example.com", name: "ada", role: "operator", password }),
    ).toEqual(last);
    expect(await readRole(ada.id)).toBe("admin");
  });

  it("is left by two who remove, or demote, each other at the same moment", async () => {
    for (const change of ["remove", "demote", "demote themselves"] as const) {
      await database.db.staff.deleteMany();
      const [ada, ben] = [await addMember("ada", "admin"), await addMember("ben", "admin")];
      const decide = (staffId: string, by: Actor) =>
        change === "remove"
          ? auth.members.removeMember({ staffId }, by)
          : auth.members.changeRole({ staffId, role: "viewer" }, by);
      const isOwn = change === "demote themselves";
      const answers = await Promise.all([
        decide(isOwn ? ada.id : ben.id, ada.by),
        decide(isOwn ? ben.id : ada.id, ben.by),
      ]);
      expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true]);
      expect([await readRole(ada.id), await readRole(ben.id)].filter((role) => role === "admin")).toEqual([
        "admin",
      ]);
    }
  });
});

describe("R173: what an admin decides about a member", () => {
  it("is another role from the next request on, with the same password and session", async () => {
    const ada = await addMember("ada", "admin");
    const olga = await addMember("olga", "operator");
    const cookie = await openSession("olga");
    const decision = { staffId: olga.id, role: "viewer" as const, reason: " moved to sales " };
    expect(await auth.members.changeRole(decision, ada.by)).toEqual({ ok: true, name: "olga" });
    expect(await readSession(cookie)).toMatchObject({ role: "viewer" });
    expect(await auth.members.changeRole(decision, ada.by)).toEqual({ ok: false, reason: "unchanged" });
    expect(await auth.members.changeRole({ ...decision, role: "operator" }, ada.by)).toMatchObject({
      ok: true,
    });
    const actor = `staff:${ada.id}`;
    expect((await listAudit(olga.id)).slice(1)).toEqual([
      { before: { role: "operator" }, after: { role: "viewer" }, actor, reason: "moved to sales" },
      { before: { role: "viewer" }, after: { role: "operator" }, actor, reason: "moved to sales" },
    ]);
  });

  it("is the end of all sessions, and of the member, who stays named and can be invited again", async () => {
    const ada = await addMember("ada", "admin");
    const olga = await addMember("olga", "operator");
    const cookie = await openSession("olga");
    expect(await auth.members.endSessions({ staffId: olga.id }, ada.by)).toMatchObject({ ok: true });
    expect(await readSession(cookie)).toBeNull();
    await openSession("olga");
    expect(await auth.members.removeMember({ staffId: olga.id }, ada.by)).toMatchObject({ ok: true });
    expect(await auth.listTeam()).toMatchObject({
      members: [{ name: "ada" }],
      former: [{ name: "olga", role: "operator" }],
    });
    expect(await auth.members.endSessions({ staffId: olga.id }, ada.by)).toEqual({
      ok: false,
      reason: "no_such_member",
    });
    expect(await auth.members.removeMember({ staffId: ada.id }, olga.by)).toEqual({
      ok: false,
      reason: "not_admin",
    });
    const again = await auth.invitations.invite({ email: "olga@example.com", role: "viewer" }, ada.by);
    if (!again.ok) throw new Error(again.reason);
    await auth.invitations.accept({ token: again.token, name: "Olga B", password });
    expect((await auth.listTeam()).members).toMatchObject([{ name: "Olga B", id: olga.id }, { name: "ada" }]);
    expect(JSON.stringify(await listAudit(olga.id))).not.toContain("@");
  });
});

it("R174: a member sees the own sessions, and ends one of them and no one else's", async () => {
  await addMember("ada", "admin");
  const olga = await addMember("olga", "operator");
  const [elsewhere, here, ofAda] = [
    await openSession("olga"),
    await openSession("olga"),
    await openSession("ada"),
  ];
  const caller = { staffId: olga.id, cookie: here, clientAddress: "192.0.2.1" };
  const sessions = await auth.own.listSessions(caller);
  expect(sessions).toMatchObject([
    { isThis: true, browser: "Firefox on Linux", address: "192.0.2.1" },
    { isThis: false },
  ]);
  await auth.own.endSession(olga.id, sessions[1]?.id ?? "");
  expect(await readSession(elsewhere)).toBeNull();
  const [adas] = await database.db.staffSession.findMany({ where: { userId: { not: olga.id } } });
  await auth.own.endSession(olga.id, adas?.id ?? "");
  expect(await readSession(ofAda)).toMatchObject({ name: "ada" });
  const seen = (await auth.listTeam()).members.find(({ name }) => name === "olga");
  expect(seen).toMatchObject({ sessions: 1, lastSeenAt: expect.any(Number), hasPassword: true });
});
