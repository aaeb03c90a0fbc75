import { getKnownValues, type OlderParams } from "../catalogue/catalogue";
import { ApiError, createUnsupportedError } from "../errors";

/** The major releases that changed objects or parameters which the sandbox serves, by their first version. */
export const RELEASES = {
  endive: "2026-09-30.endive",
  dahlia: "2026-03-25.dahlia",
  clover: "2025-09-30.clover",
  basil: "2025-03-31.basil",
} as const;

/** Routes until 2025-03-31.basil that would be taken for the retrieval of an id. */
const OLD_ROUTES = new Set(["/v1/invoices/upcoming"]);

/** The oldest version whose objects are reproduced: what changed before it is not. */
const OLDEST = "2024-04-10";

/** What 2026-09-30.endive removed and the sandbox still takes. */
const BEFORE_ENDIVE = {
  "POST /v1/checkout/sessions": { payment_method_types: "list", "payment_method_types[]": "string" },
};

/** The parameters that this version has and the current one has no more; undefined for the current one. */
export function findOlderParams(version: string): OlderParams | undefined {
  return isOlder(version, RELEASES.endive) ? { version, known: BEFORE_ENDIVE } : undefined;
}

/** Whether a version is older than another one. Both begin with a date. */
export function isOlder(version: string, than: string): boolean {
  return version.slice(0, 10) < than.slice(0, 10);
}

/**
 * The version, when it is one of Stripe's and the sandbox reproduces it. Throws Stripe's 400 for a version that does not
 * exist, and a 501 for one that is too old.
 */
export function requireVersion(version: string): string {
  if (!getKnownValues("POST /v1/webhook_endpoints", "api_version").includes(version)) {
    throw new ApiError({ status: 400, message: `Invalid Stripe API version: ${version}` });
  }
  if (isOlder(version, OLDEST)) {
    throw createUnsupportedError(`the API version ${version}; the oldest that it serves is ${OLDEST}`);
  }
  return version;
}

/** Whether an older version means a route by this path that the current one has no more. */
export function isOldRoute(path: string, version: string): boolean {
  return OLD_ROUTES.has(path) && isOlder(version, RELEASES.basil);
}
