import type { MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { pluralize } from "~/billing/words/counts";
import { addDays, TREND_STEPS } from "~/dashboard/health/trend";
import { deferIfSlow } from "~/http/defer-if-slow.server";
import { route } from "~/http/route.server";
import { VERSION } from "~/platform/surroundings/version.server";
import { RunList } from "~/routes/_staff/run/run-list";
import { useDeferred } from "~/ui/deferred";
import { Time } from "~/ui/format/time";
import { PageHeader } from "~/ui/page-header";
import { Section } from "~/ui/section";
import { useHasRole } from "../_staff/frame-data";
import { PendingRevocations } from "../_staff/pending-revocations";
import { QueueTabs } from "../_staff._index/queue-tabs";
import { Causes } from "./causes";
import { LiveRun } from "./live-run";
import { PaymentToAccess } from "./payment-to-access";
import { Signs } from "./signs";
import { StripeReads } from "./stripe-reads";
import { Trend } from "./trend";
import { VerdictCounts } from "./verdict-counts";

export const meta: MetaFunction = () => [{ title: "Health · Parity" }];

/** What takes longer arrives after the page. */
const WITHIN_MS = 150;
const ACCESS_DAYS = 30;

const search = z.object({ by: z.enum(TREND_STEPS).default("week").catch("week") });

export const loader = route.loader(
  { who: "staff", role: "viewer", search },
  async ({ search: { by }, parity, log }) => {
    const defer = <T,>(promise: Promise<T>) => deferIfSlow(promise, { log, withinMs: WITHIN_MS });
    const [runs, signs, inbox, counts, trend, causes, findings] = await Promise.all([
      parity.overviewRuns(),
      parity.health.signs(),
      defer(parity.inbox.counts()),
      defer(parity.overviewCounts()),
      defer(parity.health.trend(by)),
      defer(parity.health.causes()),
      defer(parity.health.findings()),
    ]);
    return {
      ...{ runs, signs, by, inbox: inbox.value, counts: counts.value, trend: trend.value },
      ...{ causes: causes.value, findings: findings.value },
      version: VERSION,
      since: addDays(new Date().toISOString().slice(0, 10), 1 - ACCESS_DAYS),
    };
  },
);

const HEALTH_PAGES = [
  { to: "/alerts", label: "Alerts" },
  { to: "/doctor", label: "Doctor" },
];

export default function Health() {
  const data = useLoaderData<typeof loader>();
  const { lastFullRun, liveRun, recentRuns, reads } = data.runs;
  const counts = useDeferred(data.counts);
  const inbox = useDeferred(data.inbox);
  const trend = useDeferred(data.trend, data.by);
  const causes = useDeferred(data.causes);
  const findings = useDeferred(data.findings);
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
      <Signs signs={data.signs} findings={findings} canSeeDoctor={useHasRole("admin")} />
      <Section title="Waiting in the Inbox">
        <div className="pt-3">
          <QueueTabs queue={null} counts={inbox} />
        </div>
        <PendingRevocations />
      </Section>
      <Trend trend={trend} step={data.by} />
      <Causes causes={causes} />
      {counts ? (
        <>
          <PaymentToAccess layers={counts.paymentToAccess} since={data.since} />
          <VerdictCounts verdicts={counts.verdicts} />
        </>
      ) : (
        <NotCounted hasTimedOut={counts === null} />
      )}
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
      <p className="mt-8 text-table text-quiet">Parity {data.version}</p>
    </>
  );
}

/** Keeps space for the counts, or says that counting took too long. */
function NotCounted({ hasTimedOut }: { hasTimedOut: boolean }) {
  return (
    <p className="mt-8 min-h-56 text-table text-quiet" aria-live="polite">
      {hasTimedOut
        ? "Counting the users took too long. The list on the Users page is still complete."
        : "Counting…"}
    </p>
  );
}
