import { z } from "zod";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { findPasswordProblem, type PasswordProblem } from "./passwords.server";
import { recordStaffChange, type StaffAudit } from "./staff-audit.server";
import { clientAddressHeader } from "./staff-options.server";
import { nameBrowser } from "./user-agents";

/** Makes a request to better-auth, which applies its checks only to requests. */
export type PostToAuth = (path: string, body: unknown, headers: Record<string, string>) => Request;

/** The request of a signed-in member. */
export type OwnRequest = { staffId: string; cookie: string; clientAddress: string };

/** Times in epoch seconds. */
export type OwnSession = {
  id: string;
  /** "Firefox on Linux" */
  browser: string;
  address: string | null;
  startedAt: number;
  lastSeenAt: number;
  isThis: boolean;
};

type Changed = { ok: true; cookies: string[] };
type WrongPassword = { ok: false; reason: "wrong_password" };

/** What a member of staff may do with its own account. `cookies` are `Set-Cookie` values. */
export type OwnAccount = {
  /** Whether the member signs in with a password; else only with single sign-on. */
  hasPassword: (staffId: string) => Promise<boolean>;
  /** Ends all sessions but the caller's, which gets a new one. */
  changePassword: (
    request: OwnRequest,
    passwords: { current: string; next: string },
  ) => Promise<Changed | WrongPassword | { ok: false; reason: PasswordProblem }>;
  /** The key for an authenticator app, and codes for a lost one. It counts only after `confirmSecondFactor`. */
  startSecondFactor: (
    request: OwnRequest,
    password: string,
  ) => Promise<{ ok: true; uri: string; backupCodes: string[] } | WrongPassword>;
  confirmSecondFactor: (
    request: OwnRequest,
    code: string,
  ) => Promise<Changed | { ok: false; reason: "wrong_code" }>;
  removeSecondFactor: (request: OwnRequest, password: string) => Promise<Changed | WrongPassword>;
  /** The open sessions of the member, the one of the request first. */
  listSessions: (request: OwnRequest) => Promise<OwnSession[]>;
  /** Ends one session of the member; another member's stays. */
  endSession: (staffId: string, sessionId: string) => Promise<void>;
  /** Ends all sessions of the member, in every browser. */
  signOutEverywhere: (staffId: string) => Promise<void>;
};

type Options = {
  db: Database;
  log: Log;
  post: PostToAuth;
  handler: (request: Request) => Promise<Response>;
  /** The id of the session that a cookie opens. */
  findSessionId: (cookie: string) => Promise<string | null>;
};

const started = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) });

/** The own account of a member of staff, by better-auth. */
export function createOwnAccount({ db, log, post, handler, findSessionId }: Options): OwnAccount {
  const send = async (path: string, body: unknown, { cookie, clientAddress }: OwnRequest) => {
    const headers = { Cookie: cookie, [clientAddressHeader]: clientAddress };
    const response = await handler(post(path, body, headers));
    if (response.status >= 500) throw new Error(`${path} failed with ${response.status}.`);
    return response;
  };
  /**
   * A line in the log for each attempt, because it is what an attacker with an open session would try, and an audit entry of
   * what was done.
   */
  const note = async (
    { staffId, clientAddress: address }: OwnRequest,
    response: Response,
    what: string,
    change?: Pick<StaffAudit, "before" | "after">,
  ) => {
    if (!response.ok) return log.warn({ staffId, address, status: response.status }, `refused: ${what}`);
    log.info({ staffId, address }, what);
    if (change) await recordStaffChange(db, { staffId, ...change, by: { kind: "staff", id: staffId } });
  };

  return {
    hasPassword: async (staffId) =>
      (await db.staffAccount.count({ where: { userId: staffId, providerId: "credential" } })) > 0,
    changePassword: async (request, { current, next }) => {
      const member = await db.staff.findUnique({ where: { id: request.staffId } });
      const problem = await findPasswordProblem(next, member ? [member.name, member.email] : []);
      if (problem !== null) return { ok: false, reason: problem };
      const body = { currentPassword: current, newPassword: next, revokeOtherSessions: true };
      const response = await send("/change-password", body, request);
      await note(request, response, "password changed", { before: null, after: { newPassword: true } });
      if (!response.ok) return { ok: false, reason: "wrong_password" };
      return { ok: true, cookies: response.headers.getSetCookie() };
    },
    startSecondFactor: async (request, password) => {
      const response = await send("/two-factor/enable", { password }, request);
      if (!response.ok) {
        await note(request, response, "second factor started");
        return { ok: false, reason: "wrong_password" };
      }
      const { totpURI, backupCodes } = started.parse(await response.json());
      return { ok: true, uri: totpURI, backupCodes };
    },
    confirmSecondFactor: async (request, code) => {
      const body = { code: code.replaceAll(/\s/g, "") };
      const response = await send("/two-factor/verify-totp", body, request);
      const change = { before: { secondFactor: false }, after: { secondFactor: true } };
      await note(request, response, "second factor added", change);
      if (!response.ok) return { ok: false, reason: "wrong_code" };
      return { ok: true, cookies: response.headers.getSetCookie() };
    },
    removeSecondFactor: async (request, password) => {
      const response = await send("/two-factor/disable", { password }, request);
      const change = { before: { secondFactor: true }, after: { secondFactor: false } };
      await note(request, response, "second factor removed", change);
      if (!response.ok) return { ok: false, reason: "wrong_password" };
      return { ok: true, cookies: response.headers.getSetCookie() };
    },
    listSessions: async ({ staffId, cookie }) => {
      const [current, sessions] = await Promise.all([
        findSessionId(cookie),
        db.staffSession.findMany({
          where: { userId: staffId, expiresAt: { gt: new Date() } },
          orderBy: [{ updatedAt: "desc" }, { id: "asc" }],
        }),
      ]);
      return sessions
        .map(({ id, userAgent, ipAddress, createdAt, updatedAt }) => ({
          id,
          browser: nameBrowser(userAgent ?? ""),
          address: ipAddress || null,
          startedAt: Math.floor(createdAt.getTime() / 1000),
          lastSeenAt: Math.floor(updatedAt.getTime() / 1000),
          isThis: id === current,
        }))
        .sort((one, other) => Number(other.isThis) - Number(one.isThis));
    },
    endSession: async (staffId, sessionId) => {
      const { count } = await db.staffSession.deleteMany({ where: { id: sessionId, userId: staffId } });
      log.info({ staffId, sessions: count }, "session ended");
    },
    signOutEverywhere: async (staffId) => {
      const { count } = await db.staffSession.deleteMany({ where: { userId: staffId } });
      log.info({ staffId, sessions: count }, "signed out everywhere");
    },
  };
}
