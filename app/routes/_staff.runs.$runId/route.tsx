import { data, type MetaFunction, redirect } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { useLiveRefresh } from "~/routes/_staff/run/use-live-refresh";
import { useHasRole } from "../_staff/frame-data";
import { formatRunTitle } from "../_staff/run/run-words";
import { ApplyPanel } from "./apply-panel";
import { Changes } from "./changes";
import { MOST_USERS_LEFT_OUT, type View } from "./choice";
import { Progress } from "./progress";
import { Result } from "./result";
import { canApply, findNumberToType, isNumberTyped, isRunning } from "./run-groups";
import { RunHeader } from "./run-header";
import { RunUsers } from "./run-users";
import { UndoRun } from "./undo-run";

const PAGE_LENGTH = 50;
const MOST_GROUPS = 60;
const CHANGES_SHOWN = 20;

const toList = (value: unknown) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const texts = (most: number) =>
  z.preprocess(
    toList,
    z.array(z.string().min(1).max(300)).transform((values) => values.slice(0, most)),
  );

const params = z.object({ runId: z.string().min(1).max(200) });
const search = z.object({
  group: z.string().max(300).optional().catch(undefined),
  after: z.string().max(300).optional().catch(undefined),
  confirm: z.literal("1").optional().catch(undefined),
  without: texts(MOST_GROUPS),
  user: texts(MOST_USERS_LEFT_OUT),
});
const form = z.object({
  intent: z.enum(["apply", "cancel"]),
  typed: z.string().max(20).default(""),
  reason: z.string().trim().max(500).default(""),
  name: z.string().trim().max(80).default(""),
});

const runNotFoundResponse = () => errorResponse("not_found", { message: "Run not found." });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? (data.page.run.name ?? formatRunTitle(data.page.run)) : "Run"} · Parity` },
];

export const loader = route.loader(
  { who: "staff", role: "viewer", params, search },
  async ({ params, search, parity }) => {
    const { group, after, confirm, without, user } = search;
    const page = await parity.runs.page({
      ...{ runId: params.runId, group, after },
      limit: PAGE_LENGTH,
      leftOut: { groups: without, userIds: user },
    });
    if (!page) throw runNotFoundResponse();
    const changes = await parity.activity.listForPage({ runId: params.runId, limit: CHANGES_SHOWN });
    return { page, changes, group: group ?? null, after: after ?? null, confirm: confirm === "1" };
  },
);

/** Applies a preview, or cancels a run. The typed number is checked again here, because the browser's check can be skipped. */
export const action = route.action(
  { who: "staff", role: "operator", params, search, form },
  async ({ params, search, form, parity, staff }) => {
    const { runId } = params;
    if (form.intent === "cancel") {
      await parity.runs.cancel(runId, staff.id);
      return null;
    }
    const leftOut = { groups: search.without, userIds: search.user };
    const page = await parity.runs.page({ runId, limit: 1, leftOut });
    if (!page) throw runNotFoundResponse();
    const { plan } = page;
    if (!plan || !canApply(page))
      return data({ problem: "This preview has nothing to apply. Start a new preview." }, { status: 409 });
    if (!isNumberTyped(plan, form.typed))
      return data({ problem: `Type ${findNumberToType(plan)} to confirm.` }, { status: 400 });
    if (plan.revocations.users > 0 && form.reason === "")
      return data({ problem: "Give a reason: users lose access." }, { status: 400 });
    const { run } = await parity.runs.apply({
      actor: { kind: "staff", id: staff.id },
      previewRunId: runId,
      leftOut,
      name: form.name || null,
      typedReason: form.reason || null,
    });
    parity.runs.drive(run.id);
    return redirect(`/runs/${encodeURIComponent(run.id)}`);
  },
);

export default function Run() {
  const { page, changes, group, after, confirm } = useLoaderData<typeof loader>();
  const canLeaveOut = useHasRole("operator");
  const running = isRunning(page.run);
  useLiveRefresh(running);
  const view: View = {
    group,
    after,
    leftOut: page.plan === null ? { groups: [], userIds: [] } : page.leftOut,
  };
  return (
    <>
      <RunHeader run={page.run} />
      <UndoRun page={page} />
      {running ? <Progress run={page.run} /> : <ApplyPanel key={page.run.id} page={page} open={confirm} />}
      <Result page={page} view={view} canLeaveOut={canLeaveOut && page.plan !== null} />
      <Changes runId={page.run.id} changes={changes} />
      <RunUsers page={page} view={view} canLeaveOut={canLeaveOut && page.plan !== null} />
    </>
  );
}
