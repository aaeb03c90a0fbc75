import { Form, Link, useFetcher, useNavigation } from "@remix-run/react";
import type { FirstRunCounts, FirstRun as FirstRunView } from "~/dashboard/first-run/first-run.server";
import { useFrameData } from "~/routes/_staff/frame-data";
import { Button } from "~/ui/button";
import { FoundList } from "./found-list";

type FirstRunProps = { firstRun: FirstRunView; counts: FirstRunCounts | null | undefined };

/** What was found before anything was repaired, and the next step. It is gone when a write mode is chosen. */
export function FirstRun({ firstRun, counts }: FirstRunProps) {
  const isKnown = firstRun.step === "decide";
  return (
    <section aria-labelledby="first-run" className="mb-8 rounded border border-line bg-raised">
      <div className="border-b border-line px-5 py-4">
        <h2 id="first-run" className="text-text font-semibold">
          {isKnown ? "This is what was found. Nothing was changed." : "Welcome. Nothing was changed yet."}
        </h2>
        <p className="mt-1 max-w-prose text-table text-quiet">
          Repairs are off until you choose otherwise: Parity reads Stripe and your database, and writes no
          record.
        </p>
      </div>
      {counts === undefined ? (
        <p className="min-h-32 px-5 py-4 text-table text-quiet">Counting…</p>
      ) : counts === null ? (
        <p className="px-5 py-4 text-table text-quiet">
          Counting the users took too long. The Users page has them all.
        </p>
      ) : (
        <FoundList counts={counts} isKnown={isKnown} />
      )}
      <NextStep firstRun={firstRun} />
    </section>
  );
}

const STEPS: Record<FirstRunView["step"], string> = {
  preview: "Next: read Stripe once and preview. It changes nothing.",
  reading: "Stripe is being read for the preview.",
  decide: "Next: let Parity give access to those who paid. Nothing is taken from anyone in this mode.",
};

function NextStep({ firstRun: { step, runId } }: { firstRun: FirstRunView }) {
  const role = useFrameData()?.staff.role ?? "viewer";
  const { formAction } = useNavigation();
  const turningOn = useFetcher();
  const needed = step === "decide" ? "admin" : "operator";
  const may = step === "reading" || role === "admin" || (role === "operator" && needed === "operator");
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t border-line px-5 py-4">
      <p className="max-w-prose text-table">
        {STEPS[step]}
        {runId !== null && (
          <>
            {" "}
            <Link
              to={`/runs/${encodeURIComponent(runId)}`}
              className="font-medium text-accent underline underline-offset-2"
            >
              {step === "reading" ? "View progress" : "View the preview"}
            </Link>
          </>
        )}
      </p>
      {!may && <p className="text-table text-quiet">Only an {needed} can do this.</p>}
      {may && step === "preview" && (
        <Form method="post" action="/runs">
          <input type="hidden" name="read" value="1" />
          <Button type="submit" variant="primary" disabled={formAction === "/runs"}>
            {formAction === "/runs" ? "Starting…" : "Read Stripe and preview"}
          </Button>
        </Form>
      )}
      {may && step === "decide" && (
        <turningOn.Form method="post" action="/settings">
          <input type="hidden" name="intent" value="writeMode" />
          <Button
            type="submit"
            variant="primary"
            name="writeMode"
            value="grant_only"
            disabled={turningOn.state !== "idle"}
          >
            {turningOn.state === "idle" ? "Turn on “grant only”" : "Turning on…"}
          </Button>
        </turningOn.Form>
      )}
    </div>
  );
}
