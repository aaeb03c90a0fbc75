import { data, type MetaFunction, redirect } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { useLiveRefresh } from "~/routes/_staff/run/use-live-refresh";
import { formatRunTitle } from "../_staff/run/run-words";
import { ApplyPanel } from "./apply-panel";
import { Progress } from "./progress";
import { Result } from "./result";
import { CONFIRM_BY_TYPING_ABOVE, canApply, countIntendedUsers, isRunning } from "./run-groups";
import { RunHeader } from "./run-header";
import { RunUsers } from "./run-users";

const PAGE_LENGTH = 50;

const params = z.object({ runId: z.string().min(1).max(200) });
const search = z.object({
  group: z.string().max(300).optional().catch(undefined),
  after: z.string().max(300).optional().catch(undefined),
  confirm: z.literal("1").optional().catch(undefined),
});
const form = z.object({ intent: z.enum(["apply", "cancel"]), typed: z.string().max(20).optional() });

const runNotFoundResponse = () => errorResponse("not_found", { message: "Run not found." });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? formatRunTitle(data.page.run) : "Run"} · Parity` },
];

export const loader = route.loader(
  { who: "staff", role: "viewer", params, search },
  async ({ params, search, parity }) => {
    const { group, after, confirm } = search;
    const page = await parity.runs.page({ runId: params.runId, group, after, limit: PAGE_LENGTH });
    if (!page) throw runNotFoundResponse();
    return { page, group: group ?? null, after: after ?? null, confirm: confirm === "1" };
  },
);

/** Applies a preview, or cancels a run. The typed number is checked again here, because the browser's check can be skipped. */
export const action = route.action(
  { who: "staff", role: "operator", params, form },
  async ({ params, form, parity, staff }) => {
    const { runId } = params;
    if (form.intent === "cancel") {
      await parity.runs.cancel(runId);
      return null;
    }
    const page = await parity.runs.page({ runId, limit: 1 });
    if (!page) throw runNotFoundResponse();
    if (!canApply(page))
      return data({ problem: "This preview has nothing to apply. Start a new preview." }, { status: 409 });
    const users = countIntendedUsers(page);
    const typed = form.typed?.replace(/[\s,.]/g, "");
    if (users > CONFIRM_BY_TYPING_ABOVE && typed !== String(users))
      return data({ problem: `Type ${users} to confirm.` }, { status: 400 });
    const actor = { kind: "staff" as const, id: staff.id };
    const { run } = await parity.runs.apply({ actor, previewRunId: runId });
    parity.runs.drive(run.id);
    return redirect(`/runs/${encodeURIComponent(run.id)}`);
  },
);

export default function Run() {
  const { page, group, after, confirm } = useLoaderData<typeof loader>();
  const running = isRunning(page.run);
  useLiveRefresh(running);
  return (
    <>
      <RunHeader run={page.run} />
      {running ? <Progress run={page.run} /> : <ApplyPanel key={page.run.id} page={page} open={confirm} />}
      <Result page={page} group={group} />
      <RunUsers page={page} group={group} after={after} />
    </>
  );
}
