import type { MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { pluralize } from "~/billing/words/counts";
import type { OverviewCounts } from "~/dashboard/overview.server";
import { deferIfSlow } from "~/http/defer-if-slow.server";
import { route } from "~/http/route.server";
import { RunList } from "~/routes/_staff/run/run-list";
import { Banner } from "~/ui/banner";
import { useDeferred } from "~/ui/deferred";
import { Time } from "~/ui/format/time";
import { PageHeader } from "~/ui/page-header";
import { Section } from "~/ui/section";
import { LiveRun } from "./live-run";
import { MoneyAtStake } from "./money-at-stake";
import { PaymentToAccess } from "./payment-to-access";
import { StripeReads } from "./stripe-reads";
import { VerdictCounts } from "./verdict-counts";

export const meta: MetaFunction = () => [{ title: "Health · Parity" }];

/** Slower counts arrive after the page. */
const COUNTS_WITHIN_MS = 40;

export const loader = route.loader({ who: "staff", role: "viewer" }, async ({ parity, log }) => {
  const [runs, counts] = await Promise.all([
    parity.overviewRuns(),
    deferIfSlow(parity.overviewCounts(), { log, withinMs: COUNTS_WITHIN_MS }),
  ]);
  return { runs, counts: counts.value };
});

const HEALTH_PAGES = [
  { to: "/alerts", label: "Alerts" },
  { to: "/doctor", label: "Doctor" },
];

export default function Health() {
  const { runs, counts: following } = useLoaderData<typeof loader>();
  const { lastFullRun, liveRun, recentRuns, reads } = runs;
  const counts = useDeferred(following);
  return (
    <>
      <PageHeader
        title="Health"
        description={
          <>
            {counts && `${pluralize(counts.users, "user")} · `}
            {lastFullRun === null ? (
              "Stripe has not been fully read yet"
            ) : (
              <>
                last full read of Stripe: <Time at={lastFullRun} />
              </>
            )}
          </>
        }
      >
        {HEALTH_PAGES.map(({ to, label }) => (
          <Link key={to} to={to} className="rounded px-1 text-table text-accent hover:underline">
            {label}
          </Link>
        ))}
      </PageHeader>
      {liveRun && <LiveRun run={liveRun} />}
      {counts ? <Counts counts={counts} /> : <NotCounted hasTimedOut={counts === null} />}
      <Section
        title="Recent runs"
        aside={
          <Link to="/runs" className="rounded text-accent hover:underline">
            All runs
          </Link>
        }
      >
        <RunList runs={recentRuns} />
      </Section>
      <StripeReads reads={reads} />
    </>
  );
}

function Counts({ counts }: { counts: OverviewCounts }) {
  const { pendingRevocations } = counts;
  return (
    <>
      <MoneyAtStake overview={counts} />
      {pendingRevocations > 0 && (
        <div className="mt-4">
          <Banner tone="review">
            {pluralize(pendingRevocations, "revocation needs", "revocations need")} a decision by an admin.{" "}
            <Link to="/revocations" className="font-medium text-accent underline underline-offset-2">
              View pending revocations
            </Link>
          </Banner>
        </div>
      )}
      <VerdictCounts verdicts={counts.verdicts} />
      <PaymentToAccess layers={counts.paymentToAccess} />
    </>
  );
}

/** Keeps space for the counts, or says that counting took too long. */
function NotCounted({ hasTimedOut }: { hasTimedOut: boolean }) {
  return (
    <p className="min-h-28 text-table text-quiet" aria-live="polite">
      {hasTimedOut
        ? "Counting the users took too long. The list on the Users page is still complete."
        : "Counting…"}
    </p>
  );
}
