import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { DemoSecrets } from "~/platform/env.server";

const stored = z.object({
  appSecret: z.string().min(32),
  cronSecret: z.string().min(16),
  metricsToken: z.string().min(16),
  customerTokenSecret: z.string().min(32),
  adminPassword: z.string().min(12),
});

/**
 * The demo's own secrets, kept in `<data directory>/secrets.json` (readable by its owner only), so that a restart
 * keeps sessions and the printed password. Made anew when the file is missing or damaged.
 */
export function keptDemoSecrets(dataDirectory: string): DemoSecrets {
  const file = join(dataDirectory, "secrets.json");
  const kept = read(file);
  if (kept) return kept;
  const made: DemoSecrets = {
    appSecret: randomBytes(32).toString("hex"),
    cronSecret: randomBytes(24).toString("hex"),
    metricsToken: randomBytes(24).toString("hex"),
    customerTokenSecret: randomBytes(32).toString("hex"),
    adminPassword: randomBytes(12).toString("base64url"),
  };
  mkdirSync(dataDirectory, { recursive: true });
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  // `mode` is ignored for a file that was there already.
  chmodSync(file, 0o600);
  return made;
}

function read(file: string): DemoSecrets | null {
  try {
    return stored.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}
