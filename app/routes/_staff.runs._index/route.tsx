import { type MetaFunction, redirect } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { route } from "~/http/route.server";
import { SyncAllButtons } from "~/routes/_staff/run/sync-all-buttons";
import { useLiveRefresh } from "~/routes/_staff/run/use-live-refresh";
import { ButtonLink } from "~/ui/button";
import { EmptyState } from "~/ui/empty-state";
import { PageHeader } from "~/ui/page-header";
import { useHasRole } from "../_staff/frame-data";
import { RunList } from "../_staff/run/run-list";

const PAGE_LENGTH = 50;

const search = z.object({ before: z.string().max(200).optional().catch(undefined) });
const form = z.object({ confirm: z.literal("1").optional(), read: z.literal("1").optional() });

export const meta: MetaFunction = () => [{ title: "Runs · Parity" }];

export const loader = route.loader({ who: "staff", role: "viewer", search }, async ({ search, parity }) => {
  const runs = await parity.runs.list({ limit: PAGE_LENGTH + 1, before: search.before });
  return {
    runs: runs.slice(0, PAGE_LENGTH),
    more: runs.length > PAGE_LENGTH,
    isFirst: search.before === undefined,
  };
});

/** Starts a preview, which changes nothing, and redirects to its page. `read` reads all of Stripe first. */
export const action = route.action(
  { who: "staff", role: "operator", form },
  async ({ form, parity, staff }) => {
    const run = await parity.runs.preview({
      actor: { kind: "staff", id: staff.id },
      readStripe: form.read === "1",
    });
    if (run.state === "running") parity.runs.drive(run.id);
    return redirect(`/runs/${encodeURIComponent(run.id)}${form.confirm ? "?confirm=1" : ""}`);
  },
);

export default function Runs() {
  const { runs, more, isFirst } = useLoaderData<typeof loader>();
  const canWrite = useHasRole("operator");
  useLiveRefresh(runs.some(({ state }) => state === "running"));
  const last = runs.at(-1);
  return (
    <>
      <PageHeader title="Runs">{canWrite && <SyncAllButtons />}</PageHeader>
      <div className="border-t border-line">
        {runs.length === 0 && !isFirst ? (
          <EmptyState
            title="No earlier runs"
            action={<ButtonLink to="/runs">Show the newest runs</ButtonLink>}
          >
            The run in the address is the oldest one, or was removed.
          </EmptyState>
        ) : (
          <RunList runs={runs} />
        )}
      </div>
      {more && last && (
        <p className="py-3 text-end">
          <Link
            to={`/runs?${new URLSearchParams({ before: last.id })}`}
            className="rounded text-table text-accent hover:underline"
          >
            Earlier runs
          </Link>
        </p>
      )}
    </>
  );
}
