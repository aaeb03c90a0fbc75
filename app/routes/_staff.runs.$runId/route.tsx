import { data, type MetaFunction, redirect } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";
import { runTitle } from "../_staff/run/run-words";
import { useLive } from "../_staff/run/use-live";
import { ApplyPanel } from "./apply-panel";
import { Head } from "./head";
import { canApply, intendedUsers, isLive, TYPED_ABOVE } from "./parts";
import { Progress } from "./progress";
import { Result } from "./result";
import { RunUsers } from "./run-users";

const PAGE_LENGTH = 50;

const params = z.object({ runId: z.string().min(1).max(200) });
const search = z.object({
  group: z.string().max(300).optional().catch(undefined),
  after: z.string().max(300).optional().catch(undefined),
  confirm: z.literal("1").optional().catch(undefined),
});
const form = z.object({ intent: z.enum(["apply", "cancel"]), typed: z.string().max(20).optional() });

const noSuchRun = () => refusal("not_found", { message: "There is no run with this id." });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? runTitle(data.page.run) : "Run"} · Parity` },
];

export const loader = route.loader(
  { who: "staff", role: "viewer", params, search },
  async ({ params, search, parity }) => {
    const { group, after, confirm } = search;
    const page = await parity.runs.page({ runId: params.runId, group, after, limit: PAGE_LENGTH });
    if (!page) throw noSuchRun();
    return { page, group: group ?? null, after: after ?? null, confirm: confirm === "1" };
  },
);

/** Applies what was previewed, or stops what is going on; the browser's own check of the number is not believed. */
export const action = route.action(
  { who: "staff", role: "operator", params, form },
  async ({ params, form, parity, staff }) => {
    const { runId } = params;
    if (form.intent === "cancel") {
      await parity.runs.cancel(runId);
      return null;
    }
    const page = await parity.runs.page({ runId, limit: 1 });
    if (!page) throw noSuchRun();
    if (!canApply(page))
      return data({ problem: "This preview has nothing to apply. Preview again." }, { status: 409 });
    const users = intendedUsers(page);
    const typed = form.typed?.replace(/[\s,.]/g, "");
    if (users > TYPED_ABOVE && typed !== String(users))
      return data({ problem: `Type ${users} to confirm.` }, { status: 400 });
    const actor = { kind: "staff" as const, id: staff.id };
    const { run } = await parity.runs.apply({ actor, previewRunId: runId });
    parity.runs.drive(run.id);
    return redirect(`/runs/${encodeURIComponent(run.id)}`);
  },
);

export default function Run() {
  const { page, group, after, confirm } = useLoaderData<typeof loader>();
  const live = isLive(page.run);
  useLive(live);
  return (
    <>
      <Head run={page.run} />
      {live ? <Progress run={page.run} /> : <ApplyPanel key={page.run.id} page={page} open={confirm} />}
      <Result page={page} group={group} />
      <RunUsers page={page} group={group} after={after} />
    </>
  );
}
