import type { MetaFunction } from "@remix-run/node";
import { useFetcher, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { pluralize } from "~/billing/words/counts";
import type { DoctorReport } from "~/dashboard/doctor/doctor.server";
import { roleAllows } from "~/engine/account/roles";
import { deferIfSlow } from "~/http/defer-if-slow.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { Banner } from "~/ui/banner";
import { Button } from "~/ui/button";
import { useDeferred } from "~/ui/deferred";
import { PageHeader } from "~/ui/page-header";
import { DoctorGroups } from "./doctor-groups";

export const meta: MetaFunction = () => [{ title: "Doctor · Parity" }];

/** What takes longer arrives after the page. */
const WITHIN_MS = 150;
const search = z.object({ stripe: z.literal("1").optional().catch(undefined) });

/** Everything that asks Stripe nothing; with `?stripe=1`, which the button sends, also what asks Stripe. */
export const loader = route.loader(
  { who: "staff", role: "viewer", search },
  async ({ search, parity, staff, log }) => {
    if (!roleAllows(staff.role, "admin")) {
      if (search.stripe !== undefined)
        throw errorResponse("forbidden", { message: "Only an admin can ask Stripe from here." });
      return { role: staff.role, report: null, stripe: null };
    }
    const report = (part: "rest" | "stripe") =>
      deferIfSlow(parity.examine(part), { log, withinMs: WITHIN_MS });
    const [rest, stripe] = await Promise.all([
      report("rest"),
      search.stripe === undefined ? null : parity.examine("stripe"),
    ]);
    return { role: staff.role, report: rest.value, stripe };
  },
);

export default function Doctor() {
  const { role, report: following, stripe } = useLoaderData<typeof loader>();
  const report = useDeferred(following);
  const asking = useFetcher<typeof loader>();
  const answer = asking.data?.stripe ?? stripe;
  if (role !== "admin")
    return (
      <>
        <PageHeader title="Doctor" />
        <p className="max-w-prose text-text text-quiet">
          Only an admin can see what the doctor finds, because it names accounts, rights and settings of the
          servers. You are {role}. On a server the same is said by{" "}
          <code className="font-mono text-small">npm run parity -- doctor</code>.
        </p>
      </>
    );
  const isAsking = asking.state !== "idle";
  return (
    <>
      <PageHeader
        title="Doctor"
        description="Everything that can be wrong around Parity, and what to do about each."
      >
        <asking.Form method="get" action="/doctor">
          <Button type="submit" name="stripe" value="1" disabled={isAsking}>
            {isAsking ? "Asking Stripe…" : answer ? "Check Stripe again" : "Check Stripe"}
          </Button>
        </asking.Form>
      </PageHeader>
      <Summary report={report} answer={answer} />
      {report === null && (
        <p className="py-6 text-table text-quiet">
          The database could not be looked at; the log says why. Try again in a moment.
        </p>
      )}
      {(report || answer) && (
        <DoctorGroups
          checks={[...(report?.checks ?? []), ...(answer?.checks ?? [])]}
          isAsked={answer !== null}
          isAsking={isAsking}
        />
      )}
    </>
  );
}

type SummaryProps = { report: DoctorReport | null | undefined; answer: DoctorReport | null };

/** What there is to do, in one line; nothing is called well that was not looked at. `report` null: it failed. */
function Summary({ report, answer }: SummaryProps) {
  const findings = (report?.findings ?? 0) + (answer?.findings ?? 0);
  return (
    <div aria-live="polite" className="mt-2 min-h-10">
      {report === undefined ? (
        <p className="py-2 text-table text-quiet">Looking…</p>
      ) : findings > 0 ? (
        <Banner tone="high">
          {pluralize(findings, "finding needs", "findings need")} a person
          {answer === null ? ", and Stripe was not asked yet." : "."}
        </Banner>
      ) : report === null ? null : answer === null ? (
        <Banner tone="low">Nothing to mend on our side. Stripe was not asked yet.</Banner>
      ) : (
        <Banner tone="right">Nothing to mend.</Banner>
      )}
    </div>
  );
}
