import type { LeftOut } from "~/engine/repair/runs.server";

/** How many users can be left out one by one: they are in the address. */
export const MOST_USERS_LEFT_OUT = 100;

export type View = { group: string | null; after: string | null; leftOut: LeftOut };

/** The query string of a view of a run's page. */
export function buildRunSearch({ group, after, leftOut }: View): string {
  const search = new URLSearchParams();
  if (group !== null) search.set("group", group);
  if (after !== null) search.set("after", after);
  for (const key of leftOut.groups) search.append("without", key);
  for (const userId of leftOut.userIds) search.append("user", userId);
  const text = search.toString();
  return text === "" ? "?" : `?${text}`;
}

const toggle = (values: readonly string[], value: string): string[] =>
  values.includes(value) ? values.filter((one) => one !== value) : [...values, value];

export const toggleGroup = ({ leftOut, ...view }: View, key: string): View => ({
  ...view,
  leftOut: { ...leftOut, groups: toggle(leftOut.groups, key) },
});

export const toggleUser = ({ leftOut, ...view }: View, userId: string): View => ({
  ...view,
  leftOut: { ...leftOut, userIds: toggle(leftOut.userIds, userId) },
});
