import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isProcessAlive } from "~/platform/surroundings/process-alive.server";

const announcement = z.object({
  pid: z.number().int().positive(),
  url: z.url(),
  email: z.string(),
  password: z.string(),
  sandboxUrl: z.string(),
  cronSecret: z.string(),
  databaseUrl: z.string(),
});

/** How to use the demo that is running. */
export type Announcement = z.infer<typeof announcement>;

const toAnnouncementFile = (dataDirectory: string) => join(dataDirectory, "ready.json");

/** Writes `<data directory>/ready.json`, readable by its owner only. Returns a function that removes it. */
export function announce(dataDirectory: string, facts: Announcement): () => void {
  const file = toAnnouncementFile(dataDirectory);
  mkdirSync(dataDirectory, { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return () => rmSync(file, { force: true });
}

/** The demo that runs on this data directory; null when none answers, even if an old `ready.json` is left. */
export async function findRunningDemo(dataDirectory: string): Promise<Announcement | null> {
  try {
    const facts = announcement.parse(JSON.parse(readFileSync(toAnnouncementFile(dataDirectory), "utf8")));
    if (!isProcessAlive(facts.pid)) return null;
    const answer = await fetch(`${facts.url}/healthz`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok ? facts : null;
  } catch {
    return null;
  }
}

/** The sign-ins of the demo, one for each role; all have the same password. */
export const DEMO_STAFF = [
  { email: "admin@example.com", name: "Demo Admin", role: "admin" },
  { email: "operator@example.com", name: "Demo Operator", role: "operator" },
  { email: "viewer@example.com", name: "Demo Viewer", role: "viewer" },
] as const;

const ROLE_WORDS = {
  admin: "decides everything",
  operator: "syncs users, starts runs",
  viewer: "changes nothing",
} as const;

/** What the terminal shows when the demo has started. */
export function formatWelcome(
  { url, password, sandboxUrl, cronSecret }: Announcement,
  dataDirectory: string,
): string {
  return `
  Parity is running with made-up customers and a Stripe sandbox.

    Open       ${url}
${DEMO_STAFF.map(({ email, role }, index) => `    ${index === 0 ? "Sign in    " : "or         "}${email.padEnd(22)} ${ROLE_WORDS[role]}`).join("\n")}
    Password   ${password}

    Stripe     ${sandboxUrl}
    Cron       curl -H "Authorization: Bearer ${cronSecret}" ${url}/api/cron/sync-payments

  Ctrl-C stops it. Its data is kept in ${dataDirectory}/. To start over: npm run demo:reset

`;
}
