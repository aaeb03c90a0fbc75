import { Form } from "@remix-run/react";
import { useState } from "react";
import { pluralize } from "~/billing/words/counts";
import type { RunPage } from "~/dashboard/run-pages.server";
import { Banner } from "~/ui/banner";
import { Button } from "~/ui/button";
import { useFrameData, useHasRole } from "../_staff/frame-data";
import { ApplyDialog } from "./apply-dialog";
import { canApply, countIntendedUsers } from "./run-groups";

/** The actions for a preview: apply it, or read Stripe first. Renders nothing for other runs. */
export function ApplyPanel({ page, open }: { page: RunPage; open: boolean }) {
  const [isConfirming, setConfirming] = useState(open);
  const canWrite = useHasRole("operator");
  const writeMode = useFrameData()?.frame.writeMode;
  if (page.run.mode !== "preview" || !canWrite) return null;
  const users = countIntendedUsers(page);
  const neverRead = page.run.evaluatedFrom === null;
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
      <div className="flex flex-wrap items-center gap-2">
        {canApply(page) && (
          <Button
            variant={neverRead ? "secondary" : "primary"}
            onClick={() => setConfirming(true)}
            disabled={writeMode === "off"}
          >
            Apply {pluralize(users, "repair")}
          </Button>
        )}
        <Form method="post" action="/runs">
          <input type="hidden" name="read" value="1" />
          <Button type="submit" variant={neverRead ? "primary" : "quiet"}>
            Read Stripe first
          </Button>
        </Form>
        <p className="text-table text-quiet">This preview changed nothing.</p>
      </div>
      <ApplyDialog
        open={isConfirming && canApply(page) && writeMode !== "off"}
        onClose={() => setConfirming(false)}
        users={users}
      />
    </section>
  );
}
