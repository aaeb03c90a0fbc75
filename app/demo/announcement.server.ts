import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const announcement = z.object({
  pid: z.number().int().positive(),
  url: z.url(),
  email: z.string(),
  password: z.string(),
  sandboxUrl: z.string(),
  cronSecret: z.string(),
  databaseUrl: z.string(),
});

/** What somebody needs who wants to use the demo that is running. */
export type Announcement = z.infer<typeof announcement>;

const fileIn = (dataDirectory: string) => join(dataDirectory, "ready.json");

/** Writes `<data directory>/ready.json`, readable by its owner only. Returns how to remove it. */
export function announce(dataDirectory: string, facts: Announcement): () => void {
  const file = fileIn(dataDirectory);
  mkdirSync(dataDirectory, { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return () => rmSync(file, { force: true });
}

/** The demo that already runs on this data, by asking it; null when there is none, or only what it left behind. */
export async function runningDemo(dataDirectory: string): Promise<Announcement | null> {
  try {
    const facts = announcement.parse(JSON.parse(readFileSync(fileIn(dataDirectory), "utf8")));
    process.kill(facts.pid, 0);
    const answer = await fetch(`${facts.url}/healthz`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok ? facts : null;
  } catch {
    return null;
  }
}

/** The block that a person sees who has just started the demo. */
export function welcome(
  { url, email, password, sandboxUrl, cronSecret }: Announcement,
  dataDirectory: string,
): string {
  return `
  Parity is running, with made-up customers and a sandbox in Stripe's place.

    Open       ${url}
    Sign in    ${email}
    Password   ${password}

    Stripe     ${sandboxUrl}
    Cron       curl -H "Authorization: Bearer ${cronSecret}" ${url}/api/cron/sync-payments

  Ctrl-C stops it. What it knows stays in ${dataDirectory}/.

`;
}
