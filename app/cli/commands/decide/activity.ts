import { z } from "zod";
import { type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import { findUser } from "~/cli/find-user";
import type { Line } from "~/cli/layout";
import { formatTime } from "~/cli/words";
import type { ActivityEntry } from "~/dashboard/activity/activity.server";

const DEFAULT_LIMIT = 50;

export const activity = defineCommand({
  name: "activity",
  usage: ["activity [user] [--kind <kind>] [--limit <number>] [--after <cursor>]"],
  summary: "show what was repaired, decided and set, and by which person or caller",
  help: [
    "--kind: repair, setting, or a decision such as hold or map_price.",
    "--limit: how many, 50 unless given. --after: the cursor that the page before ended with.",
  ],
  options: { kind: { type: "string" }, limit: { type: "string" }, after: { type: "string" } },
  input: z.object({
    positionals: z.array(z.string()).max(1, "Name one user, or none."),
    kind: z.string().optional(),
    limit: z.coerce.number().int("--limit is a whole number.").min(1).max(1_000).default(DEFAULT_LIMIT),
    after: z.string().optional(),
  }),
  async run(context, { positionals: [query], kind, limit, after }) {
    const userId = query === undefined ? null : await findUser(context, query);
    if (query !== undefined && userId === null) return EXIT.failed;
    return showActivity(context, { userId, limit, after, kinds: kind === undefined ? [] : [kind] });
  },
});

async function showActivity(
  { parity, out, now }: CommandContext,
  query: Parameters<CommandContext["parity"]["activity"]["list"]>[0],
): Promise<ExitCode> {
  const page = await parity.activity.list(query);
  const toLines = (entry: ActivityEntry): Line[] => [
    [formatTime(entry.at, now()), entry.title, entry.by, entry.userId ?? "", entry.key],
    ...(entry.reason === null ? [] : [`  ${entry.reason}`]),
    ...entry.changes.map((change) => `  ${change}`),
  ];
  out.answer(page, () => [
    ...(page.entries.length === 0 ? ["Nothing was done."] : page.entries.flatMap(toLines)),
    ...(page.next === null ? [] : [`More: --after ${page.next}`]),
  ]);
  return EXIT.done;
}
