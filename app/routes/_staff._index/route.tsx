import type { MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { route } from "~/http/route.server";
import { Banner } from "~/ui/banner";
import { PageHead } from "~/ui/page-head";
import { Section } from "~/ui/section";
import { Time } from "~/ui/time";
import { plural } from "~/ui/words";
import { RunList } from "../_staff/run/run-list";
import { LiveRun } from "./live-run";
import { PaymentToAccess } from "./payment-to-access";
import { Stakes } from "./stakes";
import { StripeReads } from "./stripe-reads";
import { VerdictCounts } from "./verdict-counts";

export const meta: MetaFunction = () => [{ title: "Overview · Parity" }];

export const loader = route.loader({ who: "staff", role: "viewer" }, async ({ parity }) => ({
  overview: await parity.overview(),
}));

export default function OverviewPage() {
  const { overview } = useLoaderData<typeof loader>();
  const { users, lastPass, liveRun, recentRuns, waitingLowerings } = overview;
  return (
    <>
      <PageHead
        title="Overview"
        below={
          <>
            {plural(users, "user")} ·{" "}
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
      <Stakes overview={overview} />
      {waitingLowerings > 0 && (
        <div className="mt-4">
          <Banner tone="review">
            {plural(waitingLowerings, "lowering waits", "lowerings wait")} for an admin.{" "}
            <Link to="/lowerings" className="font-medium text-accent underline underline-offset-2">
              Show them
            </Link>
          </Banner>
        </div>
      )}
      <VerdictCounts verdicts={overview.verdicts} />
      <PaymentToAccess layers={overview.paymentToAccess} />
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
      <StripeReads reads={overview.reads} />
    </>
  );
}
