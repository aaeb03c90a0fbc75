import { z } from "zod";
import { VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import { EMPTY_QUERY } from "~/dashboard/users-list/users-query";
import { route } from "~/http/route.server";

/** A user that the palette found, with its verdict in words. */
export type FoundUser = { userId: string; name: string | null; email: string; label: string };

const SHOWN = 6;
const search = z.object({ q: z.string().trim().max(200).default("").catch("") });

/** Finds users for the palette, as the search of the users list does. */
export const loader = route.loader(
  { who: "staff", role: "viewer", search },
  async ({ search: { q }, parity }): Promise<{ users: FoundUser[] }> => {
    const page = q === "" ? null : await parity.users.loadPage({ ...EMPTY_QUERY, q });
    const users = page?.ok ? await parity.views(page.ids.slice(0, SHOWN)) : [];
    return {
      users: users.map(({ userId, name, email, verdict }) => ({
        ...{ userId, name, email },
        label: VERDICT_CATALOGUE[verdict].label,
      })),
    };
  },
);
