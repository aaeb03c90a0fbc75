/** The roles of staff. Each includes the rights of the roles before it. */
export const roles = ["viewer", "operator", "admin"] as const;

export type Role = (typeof roles)[number];

/** Whether the role `held` includes the rights of the role `needed`. */
export function roleAllows(held: Role, needed: Role): boolean {
  return roles.indexOf(held) >= roles.indexOf(needed);
}
