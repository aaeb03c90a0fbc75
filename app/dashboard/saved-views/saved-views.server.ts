import type { Database } from "~/platform/client.server";
import { buildUsersSearch, parseUsersQuery, type UsersQuery, usersPath } from "../users-list/users-query";

/** A view of the users table that a member of staff has saved. */
export type SavedView = { id: string; name: string; path: string };

const MOST_VIEWS = 30;

export type SaveViewResult = { ok: true } | { ok: false; reason: "too_many" };

/** Views that each member of staff keeps under names of their own. */
export function createSavedViews({ db }: { db: Database }) {
  return {
    async list(staffId: string): Promise<SavedView[]> {
      const rows = await db.savedView.findMany({ where: { staffId }, orderBy: { name: "asc" } });
      // Parsed again, as the address of the list is: what is not known any more is told there.
      return rows.map(({ id, name, search }) => ({
        id,
        name,
        path: usersPath(parseUsersQuery(new URLSearchParams(search))),
      }));
    },
    /** A view with the same name is replaced. */
    async save(staffId: string, name: string, query: UsersQuery): Promise<SaveViewResult> {
      const search = buildUsersSearch({ ...query, page: null }).toString();
      const others = await db.savedView.count({ where: { staffId, name: { not: name } } });
      if (others >= MOST_VIEWS) return { ok: false, reason: "too_many" };
      await db.savedView.upsert({
        where: { staffId_name: { staffId, name } },
        create: { staffId, name, search },
        update: { search },
      });
      return { ok: true };
    },
    /** Only one's own. */
    async remove(staffId: string, id: string): Promise<void> {
      await db.savedView.deleteMany({ where: { staffId, id } });
    },
  };
}
