import { z } from "zod";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { type CodeProblem, readCodeProblem } from "./code-answers.server";
import { findPasswordProblem, type PasswordProblem } from "./passwords.server";
import type { SignInLimits } from "./sign-in-limits.server";
import { recordStaffChange, type StaffAudit } from "./staff-audit.server";
import { clientAddressHeader } from "./staff-options.server";
import { claimCode } from "./used-codes.server";
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
/** The current password was wrong, or was wrong too often: failures are limited like those of a sign-in. */
export type WrongPassword =
  | { ok: false; reason: "wrong_password" }
  | { ok: false; reason: "too_many_requests"; retryAfterSeconds: number };

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
  ) => Promise<Changed | { ok: false; reason: CodeProblem }>;
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
  limits: Pick<SignInLimits, "beginAsMember">;
  post: PostToAuth;
  handler: (request: Request) => Promise<Response>;
  /** The id of the session that a cookie opens. */
  findSessionId: (cookie: string) => Promise<string | null>;
};

const started = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) });

/** The own account of a member of staff, by better-auth. */
export function createOwnAccount({ db, log, limits, post, handler, findSessionId }: Options): OwnAccount {
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
  /** For what needs the password again. */
  const sendWithPassword = async (
    path: string,
    body: unknown,
    request: OwnRequest,
    ...noted: [string, Pick<StaffAudit, "before" | "after">?]
  ): Promise<{ ok: true; response: Response } | WrongPassword> => {
    const attempt = await limits.beginAsMember(request.staffId);
    if (!attempt.ok) {
      const { staffId, clientAddress: address } = request;
      log.warn({ staffId, address, ...attempt }, `refused: ${noted[0]}, too many wrong passwords`);
      return { ...attempt, reason: "too_many_requests" };
    }
    const response = await send(path, body, request);
    if (noted[1] || !response.ok) await note(request, response, ...noted);
    if (!response.ok) return { ok: false, reason: "wrong_password" };
    await attempt.succeeded();
    return { ok: true, response };
  };

  return {
    hasPassword: async (staffId) =>
      (await db.staffAccount.count({ where: { userId: staffId, providerId: "credential" } })) > 0,
    changePassword: async (request, { current, next }) => {
      const member = await db.staff.findUnique({ where: { id: request.staffId } });
      const problem = await findPasswordProblem(next, member ? [member.name, member.email] : []);
      if (problem !== null) return { ok: false, reason: problem };
      const body = { currentPassword: current, newPassword: next, revokeOtherSessions: true };
      const change = { before: null, after: { newPassword: true } };
      const sent = await sendWithPassword("/change-password", body, request, "password changed", change);
      return sent.ok ? { ok: true, cookies: sent.response.headers.getSetCookie() } : sent;
    },
    startSecondFactor: async (request, password) => {
      const sent = await sendWithPassword(
        "/two-factor/enable",
        { password },
        request,
        "second factor started",
      );
      if (!sent.ok) return sent;
      const { totpURI, backupCodes } = started.parse(await sent.response.json());
      return { ok: true, uri: totpURI, backupCodes };
    },
    confirmSecondFactor: async (request, code) => {
      const digits = code.replaceAll(/\s/g, "");
      const body = { code: digits };
      const response = await send("/two-factor/verify-totp", body, request);
      const change = { before: { secondFactor: false }, after: { secondFactor: true } };
      await note(request, response, "second factor added", change);
      if (!response.ok) return { ok: false, reason: await readCodeProblem(response) };
      await claimCode(db, request.staffId, digits);
      return { ok: true, cookies: response.headers.getSetCookie() };
    },
    removeSecondFactor: async (request, password) => {
      const change = { before: { secondFactor: true }, after: { secondFactor: false } };
      const body = { password };
      const sent = await sendWithPassword(
        "/two-factor/disable",
        body,
        request,
        "second factor removed",
        change,
      );
      return sent.ok ? { ok: true, cookies: sent.response.headers.getSetCookie() } : sent;
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
