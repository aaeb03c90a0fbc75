import { data } from "@remix-run/node";
import { z } from "zod";
import { parseUsersQuery } from "~/dashboard/users-list/users-query";
import { route } from "~/http/route.server";

const form = z.discriminatedUnion("intent", [
  z.object({
    intent: z.literal("save"),
    name: z.string().trim().min(1).max(60),
    search: z.string().max(4_000),
  }),
  z.object({ intent: z.literal("remove"), id: z.string().min(1).max(100) }),
]);

/** Saves a view of the users table under a name, for the member of staff who asks, or removes one of theirs. */
export const action = route.action(
  { who: "staff", role: "viewer", form },
  async ({ form, parity, staff }) => {
    if (form.intent === "remove") {
      await parity.savedViews.remove(staff.id, form.id);
      return null;
    }
    const query = parseUsersQuery(new URLSearchParams(form.search));
    const saved = await parity.savedViews.save(staff.id, form.name, query);
    return saved.ok
      ? null
      : data(
          {
            problem:
              "You have 30 views, and no more can be kept. Delete one first: open it, then Views → Delete.",
          },
          { status: 409 },
        );
  },
);
