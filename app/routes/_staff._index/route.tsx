import type { MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import type { OverviewCounts } from "~/dashboard/views";
import { route } from "~/http/route.server";
import { soon } from "~/http/soon.server";
import { Banner } from "~/ui/banner";
import { useFollowed } from "~/ui/followed";
import { Time } from "~/ui/format/time";
import { PageHead } from "~/ui/page-head";
import { Section } from "~/ui/section";
import { plural } from "~/ui/status/words";
import { RunList } from "../_staff/run/run-list";
import { LiveRun } from "./live-run";
import { PaymentToAccess } from "./payment-to-access";
import { Stakes } from "./stakes";
import { StripeReads } from "./stripe-reads";
import { VerdictCounts } from "./verdict-counts";

export const meta: MetaFunction = () => [{ title: "Overview · Parity" }];

/** Counts that take longer follow the page. */
const COUNTS_WITHIN_MS = 40;

export const loader = route.loader({ who: "staff", role: "viewer" }, async ({ parity, log }) => {
  const [runs, counts] = await Promise.all([
    parity.overviewRuns(),
    soon(parity.overviewCounts(), { log, withinMs: COUNTS_WITHIN_MS }),
  ]);
  return { runs, counts: counts.value };
});

export default function OverviewPage() {
  const { runs, counts: following } = useLoaderData<typeof loader>();
  const { lastPass, liveRun, recentRuns, reads } = runs;
  const counts = useFollowed(following);
  return (
    <>
      <PageHead
        title="Overview"
        below={
          <>
            {counts && `${plural(counts.users, "user")} · `}
            {lastPass === null ? (
              "Stripe has never been read completely"
            ) : (
              <>
                all of Stripe last read <Time at={lastPass} />
              </>
            )}
          </>
        }
      />
      {liveRun && <LiveRun run={liveRun} />}
      {counts ? <Counts counts={counts} /> : <NotCounted isTooMany={counts === null} />}
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
  const { waitingRevocations } = counts;
  return (
    <>
      <Stakes overview={counts} />
      {waitingRevocations > 0 && (
        <div className="mt-4">
          <Banner tone="review">
            {plural(waitingRevocations, "revocation waits", "revocations wait")} for an admin.{" "}
            <Link to="/revocations" className="font-medium text-accent underline underline-offset-2">
              Show them
            </Link>
          </Banner>
        </div>
      )}
      <VerdictCounts verdicts={counts.verdicts} />
      <PaymentToAccess layers={counts.paymentToAccess} />
    </>
  );
}

/** Room for what follows; or that it takes the database too long. */
function NotCounted({ isTooMany }: { isTooMany: boolean }) {
  return (
    <p className="min-h-28 text-table text-quiet" aria-live="polite">
      {isTooMany
        ? "There are too many users to count just now. The lists under Users are complete all the same."
        : "Counting…"}
    </p>
  );
}
