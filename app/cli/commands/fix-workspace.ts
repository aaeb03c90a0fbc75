import { z } from "zod";
import { formatSeats } from "~/billing/seat-label";
import { COMMAND_LINE, type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import { chooseExitCode } from "~/cli/remaining";
import type { UserView } from "~/dashboard/user-view.server";

export const fixWorkspace = defineCommand({
  name: "fix-workspace",
  usage: ["fix-workspace <workspace id>"],
  summary: "sync the owner of a workspace",
  help: ["Reads Stripe for the owner and repairs all of the owner’s workspaces."],
  options: {},
  input: z.object({ positionals: z.tuple([z.string()], "Give the id of one workspace.") }),
  run: (context, { positionals: [workspaceId] }) => fix(context, workspaceId),
});

async function fix({ parity, out }: CommandContext, workspaceId: string): Promise<ExitCode> {
  const ownerId = await parity.workspace.findOwner(workspaceId);
  const before = ownerId === null ? null : await findWorkspace(parity.views, ownerId, workspaceId);
  const result = ownerId && (await parity.syncUser({ userId: ownerId, actor: COMMAND_LINE }));
  if (!ownerId || !before || !result) {
    const why = ownerId && !before ? `Its owner ${ownerId} is not a user.` : "";
    out.fail("no_such_workspace", `There is no workspace ${workspaceId} with an owner. ${why}`.trim());
    return EXIT.failed;
  }
  const after = (await findWorkspace(parity.views, ownerId, workspaceId)) ?? before;
  out.answer({ workspaceId, ownerId, before, after, result }, () => [
    `${before.name}: ${describeWorkspace(before)} → ${describeWorkspace(after)}`,
    result.message,
    ...result.changes.map((change) => `  ${change}`),
  ]);
  return result.outcome === "failed" ? EXIT.failed : chooseExitCode(parity, ownerId);
}

type Workspace = UserView["database"]["workspaces"][number];

async function findWorkspace(
  views: (userIds: readonly string[]) => Promise<UserView[]>,
  ownerId: string,
  workspaceId: string,
): Promise<Workspace | null> {
  const [owner] = await views([ownerId]);
  return owner?.database.workspaces.find(({ id }) => id === workspaceId) ?? null;
}

const describeWorkspace = ({ status, seats }: Workspace) => `${status}, ${formatSeats(seats)}`;
