import type { Mismatch } from "~/billing/mismatches";
import type { ComparisonLine } from "../comparison.server";
import type { UserPage } from "../user-pages.server";
import type { UserView } from "../user-view.server";
import { listDifferingFields } from "./differing-fields";
import { MOST_LISTED, shortenLines } from "./shorten-lines";

/** A user as a page shows them, with how much of it is left out. */
export type ShownUserPage = UserPage & {
  unlisted: { workspaces: number; plannedChanges: number; fields: number };
  /** Of all fields, also of those that are not listed. */
  differing: number;
};

/** The workspaces whose fields differ come first. */
export function shortenUserPage(page: UserPage, { isWhole = false } = {}): ShownUserPage {
  const differing = page.comparison.filter(({ differs }) => differs).length;
  const all = { workspaces: 0, plannedChanges: 0, fields: 0 };
  if (isWhole) return { ...page, differing, unlisted: all };
  const comparison = listLines(page.comparison);
  const plannedChanges = page.plannedChanges.slice(0, MOST_LISTED);
  // A list of which most is missing would be a wrong one: the id is typed instead.
  const claimants = page.choices.claimants.length > MOST_LISTED ? [] : page.choices.claimants;
  const workspaces = page.user.database.workspaceCount;
  return {
    ...page,
    user: shortenUserView(page.user),
    comparison,
    plannedChanges,
    choices: { ...page.choices, claimants },
    // One for each of them; a page chooses its steps itself.
    decisions: { ...page.decisions, options: [] },
    timeline: page.timeline.map((entry) => ({ ...entry, changes: shortenLines(entry.changes) })),
    differing,
    unlisted: {
      workspaces: Math.max(0, workspaces - MOST_LISTED),
      plannedChanges: page.plannedChanges.length - plannedChanges.length,
      fields: page.comparison.length - comparison.length,
    },
  };
}

/** A user as a row of a list: the words of the fields that differ, in the place of what they are. */
export type UserRow = Omit<UserView, "mismatches"> & { differing: string[] };

/** A row shows how many workspaces there are, and which fields differ, each once. */
export function toUserRow(user: UserView): UserRow {
  const { mismatches, ...shown } = shortenUserView(user);
  return { ...shown, differing: listDifferingFields(mismatches) };
}

function shortenUserView(user: UserView): UserView {
  const { workspaces } = user.database;
  if (workspaces.length <= MOST_LISTED) return user;
  const first = new Map<Mismatch["field"], Mismatch>();
  for (const mismatch of user.mismatches) if (!first.has(mismatch.field)) first.set(mismatch.field, mismatch);
  return {
    ...user,
    mismatches: [...first.values()],
    database: { ...user.database, workspaces: workspaces.slice(0, MOST_LISTED) },
  };
}

function listLines(lines: ComparisonLine[]): ComparisonLine[] {
  const ids = (some: ComparisonLine[]) => some.flatMap(({ workspaceId }) => workspaceId ?? []);
  const sorted = new Set([...ids(lines.filter(({ differs }) => differs)), ...ids(lines)]);
  const listed = new Set([...sorted].slice(0, MOST_LISTED));
  return lines.filter(({ workspaceId }) => workspaceId === null || listed.has(workspaceId));
}
