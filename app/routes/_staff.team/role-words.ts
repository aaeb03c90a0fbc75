import type { Role } from "~/engine/account/roles";
import { capitalize } from "~/ui/status/words";

/** What each role may do. */
export const ROLE_MEANINGS: Record<Role, string> = {
  viewer: "sees everything, changes nothing",
  operator: "also syncs users and starts runs",
  admin: "also decides about settings, revocations and the team",
};

export const ROLE_CHOICES = Object.entries(ROLE_MEANINGS).map(
  ([role, meaning]) => [role, `${capitalize(role)}: ${meaning}`] as const,
);
