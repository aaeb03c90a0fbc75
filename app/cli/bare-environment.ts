import { z } from "zod";
import * as field from "~/platform/env-fields.server";

const variables = z
  .object({
    DATABASE_URL: field.databaseUrl.optional(),
    STRIPE_SECRET_KEY: field.stripeKey.optional(),
    STRIPE_API_BASE: field.origin.optional(),
    STRIPE_READS_PER_SECOND: field.readsPerSecond.default(20),
  })
  .refine(
    ({ STRIPE_SECRET_KEY: key = "", STRIPE_API_BASE: base }) =>
      !/^[sr]k_live_/.test(key) || base === undefined || field.isLoopbackUrl(base),
    { path: ["STRIPE_API_BASE"], message: "a live key is only sent to Stripe. Unset it" },
  );

/** The part of the environment that a command needs which works without an installation. */
export type BareEnvironment = {
  databaseUrl: string | null;
  stripe: { secretKey: string; apiBase: string | null; readsPerSecond: number } | null;
};

/** Reads it. @throws an error that names every wrong variable, and never its value. */
export function readBareEnvironment(source: Record<string, string | undefined>): BareEnvironment {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value?.trim()));
  const parsed = variables.safeParse(given);
  if (!parsed.success)
    throw new Error(
      parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`).join("\n"),
    );
  const { DATABASE_URL, STRIPE_SECRET_KEY, STRIPE_API_BASE, STRIPE_READS_PER_SECOND } = parsed.data;
  return {
    databaseUrl: DATABASE_URL ?? null,
    stripe:
      STRIPE_SECRET_KEY === undefined
        ? null
        : {
            ...{ secretKey: STRIPE_SECRET_KEY, apiBase: STRIPE_API_BASE ?? null },
            readsPerSecond: STRIPE_READS_PER_SECOND,
          },
  };
}
