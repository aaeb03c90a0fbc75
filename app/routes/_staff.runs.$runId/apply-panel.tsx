import { Form } from "@remix-run/react";
import { useState } from "react";
import type { RunPage } from "~/dashboard/views";
import { Banner } from "~/ui/banner";
import { Button } from "~/ui/button";
import { plural } from "~/ui/status/words";
import { useFrameData, useMay } from "../_staff/frame-data";
import { ApplyDialog } from "./apply-dialog";
import { canApply, intendedUsers } from "./parts";

/** What can be done with a preview: apply it, or read Stripe first. Nothing, for a run that is no preview. */
export function ApplyPanel({ page, open }: { page: RunPage; open: boolean }) {
  const [confirming, setConfirming] = useState(open);
  const mayWrite = useMay("operator");
  const writeMode = useFrameData()?.frame.writeMode;
  if (page.run.mode !== "preview" || !mayWrite) return null;
  const users = intendedUsers(page);
  const neverRead = page.run.evaluatedFrom === null;
  return (
    <section aria-label="Apply" className="mt-5 space-y-3">
      {neverRead && (
        <Banner tone="high">
          Stripe has never been read completely, so most users cannot be evaluated. Read Stripe first; that
          writes nothing to the application’s tables.
        </Banner>
      )}
      {writeMode === "off" && (
        <Banner tone="high">Writes are off: nothing can be applied until an admin switches them on.</Banner>
      )}
      <div className="flex flex-wrap items-center gap-2">
        {canApply(page) && (
          <Button
            look={neverRead ? "secondary" : "primary"}
            onClick={() => setConfirming(true)}
            disabled={writeMode === "off"}
          >
            Apply {plural(users, "repair")}
          </Button>
        )}
        <Form method="post" action="/runs">
          <input type="hidden" name="read" value="1" />
          <Button type="submit" look={neverRead ? "primary" : "quiet"}>
            Read Stripe first
          </Button>
        </Form>
        <p className="text-table text-quiet">This preview has written nothing.</p>
      </div>
      <ApplyDialog
        open={confirming && canApply(page) && writeMode !== "off"}
        onClose={() => setConfirming(false)}
        users={users}
      />
    </section>
  );
}
