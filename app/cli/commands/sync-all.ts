import { pluralize } from "~/billing/words/counts";
import { COMMAND_LINE, type CommandContext, EXIT, type ExitCode } from "~/cli/command";
import { followRun } from "~/cli/follow-run";
import type { Line } from "~/cli/layout";
import { countRemaining } from "~/cli/remaining";
import { formatTime } from "~/cli/words";
import type { RunGroup } from "~/dashboard/run-results/run-groups.server";
import type { RunUserView } from "~/dashboard/run-results/run-users.server";
import type { RunView } from "~/dashboard/run-view.server";
import { STATE_WORDS } from "~/ui/status/words";

type SyncAllOptions = { apply: boolean; read: boolean };
type GroupWithUsers = RunGroup & { userList: RunUserView[] };

/** Users listed for each group. The page of the run lists all of them. */
const USERS_SHOWN = 10;

/** Previews a sync of all users, or applies it. */
export async function syncAll(context: CommandContext, how: SyncAllOptions): Promise<ExitCode> {
  const { parity, out, now } = context;
  const begun = await begin(context, how);
  const { run, left } = await followRun(context, begun);
  if (left !== "ended") {
    const why =
      left === "stuck"
        ? `The run makes no progress (${run.reason ?? "another process holds it"})`
        : "Interrupted. Completed work is kept";
    out.fail(left, `${why}; the run ${run.id} stays open. Repeat the same command to continue.`);
    return EXIT.failed;
  }
  if (run.state !== "done") {
    out.fail(
      "run_failed",
      `The run ${run.id} is ${STATE_WORDS[run.state].toLowerCase()}: ${run.reason ?? "the reason is not known"}`,
    );
    return EXIT.failed;
  }
  const groups = await loadGroups(context, run);
  // A preview writes no status: what it has found counts, not what is stored.
  const remaining =
    run.mode === "preview" ? await parity.runs.countOpen(run.id) : await countRemaining(parity);
  const { writeMode } = await parity.settings.get();
  out.answer({ run, groups, remaining }, () => [
    ...formatHead(run, now(), writeMode === "off"),
    ...formatBody(run, groups),
    "",
    formatEnding(run.mode === "preview", remaining, writeMode === "off"),
  ]);
  if (run.failed > 0) return EXIT.failed;
  return remaining > 0 ? EXIT.mismatches : EXIT.done;
}

async function begin({ parity, out }: CommandContext, { apply, read }: SyncAllOptions): Promise<RunView> {
  if (apply) {
    const { run, joined } = await parity.runs.apply({ actor: COMMAND_LINE });
    if (joined) out.note(`Joined the run that is already running (${run.by}, ${run.mode}).`);
    return run;
  }
  // Before the first complete read nothing is stored to evaluate from.
  const { lastFullRun } = await parity.overview();
  return parity.runs.preview({ actor: COMMAND_LINE, readStripe: read || lastFullRun === null });
}

async function loadGroups({ parity }: CommandContext, run: RunView): Promise<GroupWithUsers[]> {
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

function formatHead(run: RunView, now: number, isPaused: boolean): Line[] {
  if (run.mode === "preview")
    return [
      `Preview of ${pluralize(run.total, "user")}, from data read from Stripe ${formatTime(run.evaluatedFrom, now)}.`,
    ];
  const seconds = (run.finishedAt ?? now) - run.createdAt;
  return [
    `${isPaused ? "Checked" : "Synced"} ${pluralize(run.total, "user")} in ${seconds} s, with ${pluralize(run.stripeRequests, "request")} to Stripe.`,
  ];
}

function formatBody(run: RunView, groups: readonly GroupWithUsers[]): Line[] {
  const isPreview = run.mode === "preview";
  const done = groups.filter(isDone);
  const left = groups.filter((group) => !isDone(group));
  return [
    `${pluralize(run.skipped, "user is", "users are")} in sync.`,
    ...formatSection(isPreview ? "Would be repaired" : "Repaired", done),
    ...formatSection(isPreview ? "Would not be repaired, and why" : "Not repaired, and why", left),
  ];
}

function formatSection(title: string, groups: readonly GroupWithUsers[]): Line[] {
  if (groups.length === 0) return [];
  return ["", title, ...groups.flatMap((group): Line[] => [`  ${group.sentence}`, ...formatUsers(group)])];
}

function formatUsers({ userList, users }: GroupWithUsers): Line[] {
  const lines: Line[] = userList.map(({ userId, name, email }) => [`      ${userId}`, name ?? "", email]);
  const more = users - userList.length;
  return userList.length > 0 && more > 0 ? [...lines, `      and ${more} more`] : lines;
}

function formatEnding(isPreview: boolean, remaining: number, isPaused: boolean): Line {
  if (remaining === 0) return "All users are in sync or acknowledged.";
  const count = pluralize(remaining, "user is", "users are");
  if (isPaused)
    return `${count} not in sync. Repairs are paused: npm run parity -- settings writeMode grant_only lets access be given, and takes none.`;
  return isPreview
    ? `${count} not in sync. To repair: npm run parity -- sync --all --apply`
    : `${count} not in sync.`;
}
