import { inboxPath, QUEUE_IDS, QUEUES } from "~/dashboard/inbox/queues";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import { toPathId } from "~/platform/plain-text";
import type { FoundUser } from "~/routes/palette/route";
import type { Shortcut } from "~/ui/keyboard/shortcuts";
import type { NavigationItem } from "../navigation";

/** A line of the palette: it leads somewhere, or does something on this page. */
export type PaletteItem = { id: string; label: string; hint: string } & (
  | { to: string }
  | { to: null; run: () => void }
);

export type PaletteGroup = { value: string; items: PaletteItem[] };

type PaletteInput = {
  typed: string;
  users: readonly FoundUser[];
  pages: readonly Pick<NavigationItem, "to" | "label">[];
  shortcuts: readonly Shortcut[];
};

/** What fits what was typed: users first, then actions of this page, then pages. Groups without an item are left out. */
export function buildPaletteGroups({ typed, users, pages, shortcuts }: PaletteInput): PaletteGroup[] {
  const q = typed.trim();
  const words = q.toLowerCase().split(/\s+/);
  const fits = ({ label }: PaletteItem) => words.every((word) => label.toLowerCase().includes(word));
  const found: PaletteItem[] = users.map(({ userId, name, email, label }) => ({
    ...{ id: `user ${userId}`, label: name ?? email, hint: label },
    to: `/users/${toPathId(userId)}`,
  }));
  const all: PaletteItem = {
    id: "all",
    label: `Search all users for “${q}”`,
    hint: "",
    to: usersPath(EMPTY_QUERY, { q }),
  };
  const actions: PaletteItem[] = shortcuts.flatMap(({ key, label, run }) =>
    run === null ? [] : [{ id: `key ${key}`, label, hint: key, to: null, run }],
  );
  const places: PaletteItem[] = [
    ...pages.map(({ to, label }) => ({ id: `page ${to}`, label, hint: "Page", to })),
    ...QUEUE_IDS.map((id) => ({
      id: `queue ${id}`,
      label: QUEUES[id].label,
      hint: "Inbox",
      to: inboxPath(id),
    })),
  ];
  return [
    { value: "Users", items: q.length < 2 ? [] : [...found, all] },
    { value: "On this page", items: actions.filter(fits) },
    { value: "Go to", items: places.filter(fits) },
  ].filter(({ items }) => items.length > 0);
}
