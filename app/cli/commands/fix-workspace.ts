import { z } from "zod";
import { plural } from "~/billing/words/sentence";
import { COMMAND_LINE, type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import { exitForUser } from "~/cli/remaining";
import type { UserView } from "~/dashboard/views";

export const fixWorkspace = defineCommand({
  name: "fix-workspace",
  usage: ["fix-workspace <workspace id>"],
  summary: "sync the owner of a workspace",
  help: ["Stripe is read for the owner, and all of their workspaces follow."],
  options: {},
  input: z.object({ positionals: z.tuple([z.string()], "Which workspace? Give its id.") }),
  run: (context, { positionals: [workspaceId] }) => fix(context, workspaceId),
});

async function fix({ parity, out }: CommandContext, workspaceId: string): Promise<ExitCode> {
  const ownerId = await parity.workspace.ownerOf(workspaceId);
  const before = ownerId === null ? null : await workspaceOf(parity.views, ownerId, workspaceId);
  const result = ownerId && (await parity.syncUser({ userId: ownerId, actor: COMMAND_LINE }));
  if (!ownerId || !before || !result) {
    const why = ownerId && !before ? `Its owner ${ownerId} is no user.` : "";
    out.fail("no_such_workspace", `There is no workspace ${workspaceId} of a user. ${why}`.trim());
    return EXIT.failed;
  }
  const after = (await workspaceOf(parity.views, ownerId, workspaceId)) ?? before;
  out.answer({ workspaceId, ownerId, before, after, result }, () => [
    `${before.name}: ${inWords(before)} → ${inWords(after)}`,
    result.message,
    ...result.changes.map((change) => `  ${change}`),
  ]);
  return result.outcome === "failed" ? EXIT.failed : exitForUser(parity, ownerId);
}

type Workspace = UserView["database"]["workspaces"][number];

async function workspaceOf(
  views: (userIds: readonly string[]) => Promise<UserView[]>,
  ownerId: string,
  workspaceId: string,
): Promise<Workspace | null> {
  const [owner] = await views([ownerId]);
  return owner?.database.workspaces.find(({ id }) => id === workspaceId) ?? null;
}

const inWords = ({ status, seats }: Workspace) => `${status}, ${plural(seats, "soldier")}`;
