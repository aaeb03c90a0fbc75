import { plural } from "~/billing/words/sentence";
import { COMMAND_LINE, type CommandContext, EXIT, type ExitCode } from "~/cli/command";
import { followRun } from "~/cli/follow-run";
import type { Line } from "~/cli/layout";
import { countRemaining } from "~/cli/remaining";
import { moment } from "~/cli/words";
import type { RunGroup, RunUserView, RunView } from "~/dashboard/views";

type How = { apply: boolean; read: boolean };
type GroupWithUsers = RunGroup & { userList: RunUserView[] };

/** Enough to see who is meant; all of them are on the run's page. */
const USERS_SHOWN = 10;

/** Previews what a sync of everybody would do, or does it. */
export async function syncAll(context: CommandContext, how: How): Promise<ExitCode> {
  const { parity, out, now } = context;
  const begun = await begin(context, how);
  const { run, left } = await followRun(context, begun);
  if (left !== "ended") {
    const why =
      left === "stuck"
        ? `It does not move (${run.reason ?? "another process has it"})`
        : "Stopped. What is done stays";
    out.fail(left, `${why}; the run ${run.id} stays open, and the next sync --all --apply goes on with it.`);
    return EXIT.failed;
  }
  if (run.state !== "done") {
    out.fail("run_failed", `The run ${run.id} is ${run.state}: ${run.reason ?? "no reason is known"}`);
    return EXIT.failed;
  }
  const groups = await groupsOf(context, run);
  const remaining = await countRemaining(parity);
  out.answer({ run, groups, remaining }, () => [...head(run, now()), ...body(run, groups, remaining)]);
  if (run.failed > 0) return EXIT.failed;
  return remaining > 0 ? EXIT.mismatches : EXIT.done;
}

async function begin({ parity, out }: CommandContext, { apply, read }: How): Promise<RunView> {
  if (apply) {
    const { run, joined } = await parity.runs.apply({ actor: COMMAND_LINE });
    if (joined) out.note(`Joined the run that is under way (${run.by}, ${run.mode}).`);
    return run;
  }
  // Before the first complete read there is nothing to evaluate from.
  const { lastPass } = await parity.overview();
  return parity.runs.preview({ actor: COMMAND_LINE, readStripe: read || lastPass === null });
}

async function groupsOf({ parity }: CommandContext, run: RunView): Promise<GroupWithUsers[]> {
  const page = await parity.runs.page({ runId: run.id, limit: 1 });
  return Promise.all(
    (page?.groups ?? []).map(async (group) => {
      const listed = isDone(group)
        ? null
        : await parity.runs.page({ runId: run.id, group: group.key, limit: USERS_SHOWN });
      return { ...group, userList: listed?.users ?? [] };
    }),
  );
}

const isDone = ({ outcome }: RunGroup) => outcome === "synced" || outcome === "intended";

function head(run: RunView, now: number): Line[] {
  if (run.mode === "preview")
    return [
      `Preview of ${plural(run.total, "user")}, from what Stripe said ${moment(run.evaluatedFrom, now)}.`,
    ];
  const seconds = (run.finishedAt ?? now) - run.createdAt;
  return [
    `Synced ${plural(run.total, "user")} in ${seconds} s, with ${plural(run.stripeRequests, "request")} to Stripe.`,
  ];
}

function body(run: RunView, groups: readonly GroupWithUsers[], remaining: number): Line[] {
  const isPreview = run.mode === "preview";
  const done = groups.filter(isDone);
  const left = groups.filter((group) => !isDone(group));
  return [
    `${plural(run.skipped, "user is", "users are")} in sync.`,
    ...section(isPreview ? "Would be repaired" : "Repaired", done),
    ...section(isPreview ? "Would not be repaired, and why" : "Not repaired, and why", left),
    "",
    ending(isPreview, remaining),
  ];
}

function section(title: string, groups: readonly GroupWithUsers[]): Line[] {
  if (groups.length === 0) return [];
  return ["", title, ...groups.flatMap((group): Line[] => [`  ${group.sentence}`, ...userLines(group)])];
}

function userLines({ userList, users }: GroupWithUsers): Line[] {
  const lines: Line[] = userList.map(({ userId, name, email }) => [`      ${userId}`, name ?? "", email]);
  const more = users - userList.length;
  return userList.length > 0 && more > 0 ? [...lines, `      and ${more} more`] : lines;
}

function ending(isPreview: boolean, remaining: number): Line {
  if (remaining === 0) return "Nothing remains to be done.";
  const count = plural(remaining, "user is", "users are");
  return isPreview ? `${count} not in sync. To repair: sync --all --apply` : `${count} not in sync.`;
}
