import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { isIPv6 } from "node:net";
import { foldEmail } from "~/billing/email";
import type { Database } from "~/platform/client.server";

/** What an attempt to sign in counts against: the account and the address, or a browser that has signed in to it before. */
type Limit = { key: string; free: number };

const FREE_FOR_ACCOUNT = 5;
const FREE_FOR_ADDRESS = 20;
const FREE_FOR_BROWSER = 10;
const LONGEST_DELAY_SECONDS = 900;
const FORGOTTEN_AFTER_SECONDS = 3_600;
const KNOWN_COOKIE = "parity-known";
const KNOWN_DAYS = 180;

export type SignInAttempt =
  | { ok: true; succeeded: () => Promise<void> }
  | { ok: false; retryAfterSeconds: number };

export type SignInLimits = ReturnType<typeof createSignInLimits>;

/**
 * Limits failed sign-ins, with a delay that doubles with each failure. A success does not count. A browser that has signed in
 * to the account before has a limit of its own: guesses from elsewhere do not lock its owner out.
 */
export function createSignInLimits(db: Database, appSecret: string, isSecure: boolean) {
  const key = new Uint8Array(hkdfSync("sha256", appSecret, "", "parity known browser v1", 32));
  const sign = (account: string, nonce: string) =>
    createHmac("sha256", key).update(`${account}:${nonce}`).digest("base64url");

  return {
    /** Counts an attempt as failed until `succeeded` is called, so that many at once are all counted. */
    async begin({ email, clientAddress, cookie }: { email: string; clientAddress: string; cookie: string }) {
      const account = hashAccount(email);
      const nonce = readKnownBrowser(cookie, account);
      const limits: Limit[] = nonce
        ? [{ key: `browser:${nonce}`, free: FREE_FOR_BROWSER }]
        : [
            { key: `account:${account}`, free: FREE_FOR_ACCOUNT },
            { key: `address:${toNetwork(clientAddress)}`, free: FREE_FOR_ADDRESS },
          ];
      return takeAll(limits);
    },
    /** Whether this browser has signed in to the account before. */
    isKnownBrowser: ({ email, cookie }: { email: string; cookie: string }) =>
      readKnownBrowser(cookie, hashAccount(email)) !== null,
    /** The same where a signed-in member enters the password again: the open session may be in another person's hands. */
    beginAsMember: (staffId: string) => takeAll([{ key: `member:${staffId}`, free: FREE_FOR_ACCOUNT }]),
    /** `Set-Cookie` for a browser that has just signed in. */
    rememberBrowser(email: string): string {
      const nonce = randomBytes(16).toString("base64url");
      const value = `${nonce}.${sign(hashAccount(email), nonce)}`;
      const maxAge = KNOWN_DAYS * 24 * 60 * 60;
      return `${KNOWN_COOKIE}=${value}; Max-Age=${maxAge}; Path=/; HttpOnly${isSecure ? "; Secure" : ""}; SameSite=Lax`;
    },
  };

  function readKnownBrowser(cookie: string, account: string): string | null {
    const value = new RegExp(`(?:^|; ?)${KNOWN_COOKIE}=([\\w-]{22})\\.([\\w-]{43})(?:;|$)`).exec(cookie);
    const [, nonce, signature] = value ?? [];
    if (!nonce || !signature) return null;
    return timingSafeEqual(Buffer.from(sign(account, nonce)), Buffer.from(signature)) ? nonce : null;
  }

  async function takeAll(limits: Limit[]): Promise<SignInAttempt> {
    const taken: Limit[] = [];
    for (const limit of limits) {
      const wait = await take(limit);
      if (wait !== null) {
        for (const one of taken) await giveBack(one);
        return { ok: false, retryAfterSeconds: wait };
      }
      taken.push(limit);
    }
    return {
      ok: true,
      succeeded: async () => {
        for (const limit of taken)
          if (limit.key.startsWith("address:")) await giveBack(limit);
          else await db.signInLimit.deleteMany({ where: { key: limit.key } });
        await db.$executeRaw`DELETE FROM parity."SignInLimit" WHERE "updatedAt" < now() - interval '1 day'`;
      },
    };
  }

  /** Null when the attempt may be made; else the seconds until the next one may. */
  async function take({ key, free }: Limit): Promise<number | null> {
    const taken = await db.$queryRaw<unknown[]>`
      INSERT INTO parity."SignInLimit" AS held (key, failures, "nextAttemptAt") VALUES (${key}, 1, now())
      ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN held."updatedAt" < now() - make_interval(secs => ${FORGOTTEN_AFTER_SECONDS}::int)
                        THEN 1 ELSE held.failures + 1 END,
        "nextAttemptAt" = now() + make_interval(secs =>
          CASE WHEN held."updatedAt" < now() - make_interval(secs => ${FORGOTTEN_AFTER_SECONDS}::int)
                 OR held.failures + 1 < ${free}::int THEN 0
               ELSE least(${LONGEST_DELAY_SECONDS}::int, power(2, least(20, held.failures + 1 - ${free}::int))) END),
        "updatedAt" = now()
      -- Free attempts are told by their number: their time is that of another attempt, which may have begun after this one.
      WHERE held.failures < ${free}::int OR held."nextAttemptAt" <= now()
      RETURNING key`;
    if (taken.length > 0) return null;
    const row = await db.signInLimit.findUnique({ where: { key } });
    return Math.max(1, Math.ceil(((row?.nextAttemptAt.getTime() ?? 0) - Date.now()) / 1000));
  }

  async function giveBack({ key, free }: Limit): Promise<void> {
    await db.$executeRaw`
      UPDATE parity."SignInLimit" SET failures = greatest(0, failures - 1),
        "nextAttemptAt" = CASE WHEN failures - 1 < ${free}::int THEN now() ELSE "nextAttemptAt" END
      WHERE key = ${key}`;
  }
}

/** Names an account in the log and in limits without its e-mail address. */
export function hashAccount(email: string): string {
  return createHash("sha256").update(foldEmail(email.trim())).digest("base64url").slice(0, 22);
}

/** An IPv4 address, or the network of an IPv6 address: one machine has many of those. */
function toNetwork(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const rest = tail?.split(":").filter((group) => group !== "") ?? [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  return [...groups, ...Array<string>(zeros).fill("0"), ...rest].slice(0, 4).join(":");
}
