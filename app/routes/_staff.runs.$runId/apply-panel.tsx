import { Form } from "@remix-run/react";
import { useState } from "react";
import { pluralize } from "~/billing/words/counts";
import type { RunPage } from "~/dashboard/run-pages.server";
import { Banner } from "~/ui/banner";
import { Button } from "~/ui/button";
import { useFrameData, useHasRole } from "../_staff/frame-data";
import { ApplyDialog } from "./apply-dialog";
import { PlanSummary } from "./plan-summary";
import { canApply, countIntendedUsers } from "./run-groups";

/** The actions for a preview: apply it, or read Stripe first. Renders nothing for other runs. */
export function ApplyPanel({ page, open }: { page: RunPage; open: boolean }) {
  const [isConfirming, setConfirming] = useState(open);
  const canWrite = useHasRole("operator");
  const writeMode = useFrameData()?.frame.writeMode;
  const { plan } = page;
  if (plan === null || !canWrite) return null;
  const users = countIntendedUsers(page);
  const leftOut = users - plan.users;
  const neverRead = page.run.evaluatedFrom === null;
  const canPress = canApply(page) && writeMode !== "off";
  return (
    <section aria-label="Apply" className="mt-5 space-y-3">
      {neverRead && (
        <Banner tone="high">
          Stripe has not been fully read yet, so most users cannot be checked. Read Stripe first. This does
          not change your application’s data.
        </Banner>
      )}
      {writeMode === "off" && (
        <Banner tone="high">
          Repairs are paused. An admin must turn them on before you can apply a preview.
        </Banner>
      )}
      {users > 0 && (
        <div className="rounded border border-line bg-raised p-4" aria-live="polite">
          {plan.users === 0 ? (
            <p className="text-text text-quiet">All users of this preview are left out.</p>
          ) : (
            <PlanSummary plan={plan} />
          )}
          {leftOut > 0 && (
            <p className="mt-2 text-table text-quiet">
              {pluralize(leftOut, "user is", "users are")} left out and will not be changed.
            </p>
          )}
        </div>
      )}
      <div className="flex flex-wrap items-center gap-2">
        {users > 0 && (
          <Button
            variant={neverRead ? "secondary" : "primary"}
            onClick={() => setConfirming(true)}
            disabled={!canPress}
          >
            Apply {pluralize(plan.users, "repair")}
            {plan.revocations.users > 0 && "…"}
          </Button>
        )}
        {page.run.scope === "full" && (
          <Form method="post" action="/runs">
            <input type="hidden" name="read" value="1" />
            <Button type="submit" variant={neverRead ? "primary" : "quiet"}>
              Read Stripe first
            </Button>
          </Form>
        )}
        <p className="text-table text-quiet">This preview changed nothing.</p>
        <noscript className="text-table text-quiet">
          To apply it, turn on JavaScript, or use the command line: npm run parity -- help.
        </noscript>
      </div>
      <ApplyDialog
        open={isConfirming && canPress}
        onClose={() => setConfirming(false)}
        plan={plan}
        leftOut={leftOut}
      />
    </section>
  );
}
