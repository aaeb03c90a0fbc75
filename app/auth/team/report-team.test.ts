import { afterAll, beforeAll, expect, it } from "vitest";
import { createLog } from "~/platform/log.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { createRoster, type Roster } from "../roster.server";

// Who may do what is security: each decision is a line in the log, without an address.

const COMMAND_LINE = { kind: "command_line", id: null } as const;
const PASSWORD = "correct horse battery";
let database: TestDatabase;
let roster: Roster;
const lines: Record<string, unknown>[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const write = (line: string) => void lines.push(JSON.parse(line));
  roster = createRoster(database.db, createLog({ level: "info", destination: { write } }));
});
afterAll(() => database.drop());

const takeLines = () => lines.splice(0).map(({ time: _, ...line }) => line);

it("says who invited, and that the link was used once", async () => {
  const invited = await roster.invitations.invite(
    { email: "ann@example.com", role: "operator" },
    COMMAND_LINE,
  );
  if (!invited.ok) throw new Error(invited.reason);
  const accept = () => roster.invitations.accept({ token: invited.token, name: "Ann", password: PASSWORD });
  expect(await accept()).toMatchObject({ ok: true });
  expect(await accept()).toMatchObject({ ok: false });
  const said = takeLines();
  expect(said).toMatchObject([
    { level: "info", msg: "staff changed", change: "invited", role: "operator", by: "command_line" },
    { level: "info", msg: "invitation link used", staffId: expect.any(String) },
    { level: "warn", msg: "invitation link refused", reason: "not_valid" },
  ]);
  expect(JSON.stringify(said)).not.toMatch(/example\.com|Ann|correct horse/);
  expect(JSON.stringify(said)).not.toContain(invited.token);
});

it("says who got which role, and what was refused", async () => {
  const staffId = (await roster.findMember("ann@example.com")) ?? "";
  await roster.members.changeRole({ staffId, role: "admin" }, COMMAND_LINE);
  await roster.members.changeRole({ staffId, role: "viewer" }, COMMAND_LINE);
  await roster.members.endSessions({ staffId }, COMMAND_LINE);
  expect(takeLines()).toMatchObject([
    { level: "info", msg: "staff changed", change: "role", staffId, role: "admin" },
    { level: "warn", msg: "staff not changed", change: "role", staffId, reason: "last_admin" },
    { level: "info", msg: "staff changed", change: "sessions_ended", staffId },
  ]);
});
