import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { DemoSecrets } from "~/platform/env.server";
import { StartError } from "~/platform/start-error";

const secretsSchema = z.object({
  appSecret: z.string().min(32),
  cronSecret: z.string().min(16),
  metricsToken: z.string().min(16),
  customerTokenSecret: z.string().min(32),
  adminPassword: z.string().min(12),
});

/**
 * Loads the demo's own secrets from `<data directory>/secrets.json` (readable by its owner only), so that sessions and
 * the printed password survive a restart. Creates them when the file is missing or damaged.
 * @throws StartError when the folder cannot be written.
 */
export function loadDemoSecrets(dataDirectory: string): DemoSecrets {
  const file = join(dataDirectory, "secrets.json");
  const stored = readSecrets(file);
  if (stored) return stored;
  const created: DemoSecrets = {
    appSecret: randomBytes(32).toString("hex"),
    cronSecret: randomBytes(24).toString("hex"),
    metricsToken: randomBytes(24).toString("hex"),
    customerTokenSecret: randomBytes(32).toString("hex"),
    adminPassword: randomBytes(12).toString("base64url"),
  };
  try {
    mkdirSync(dataDirectory, { recursive: true });
    writeFileSync(file, `${JSON.stringify(created, null, 2)}\n`, { mode: 0o600 });
    // `mode` has no effect on a file that already exists.
    chmodSync(file, 0o600);
  } catch (error) {
    throw new StartError(
      `The demo keeps its data in ${dataDirectory}, which cannot be written (${error instanceof Error ? error.message : String(error)}). ` +
        "Set PARITY_DATA_DIR to a folder that can, or DATABASE_URL and STRIPE_SECRET_KEY, which need none.",
    );
  }
  return created;
}

function readSecrets(file: string): DemoSecrets | null {
  try {
    return secretsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}
