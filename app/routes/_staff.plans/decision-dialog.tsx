import { useFetcher } from "@remix-run/react";
import { useEffect, useId, useRef, useState } from "react";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog/dialog";
import { Field } from "~/ui/field";
import { useNotice } from "~/ui/toast/toasts";

/** What a decision would do or did, or why it was not made. */
export type PlanDecisionAnswer =
  | { ok: true; sentence: string; lines: string[] }
  | { ok: false; problem: string };

export type Deciding = {
  kind: "map_price" | "ignore_price" | "unmap_price";
  nameKind: "priceId" | "lookupKey" | "productId";
  name: string;
};

type DecisionDialogProps = {
  deciding: Deciding;
  plans: { id: string; name: string }[];
  onClose: () => void;
};

const TITLES: Record<Deciding["kind"], string> = {
  map_price: "Map",
  ignore_price: "Ignore",
  unmap_price: "Unmap",
};

/** Shows what a decision about a price would change before it is saved with a reason. */
export function DecisionDialog({ deciding, plans, onClose }: DecisionDialogProps) {
  const { kind, nameKind, name } = deciding;
  const preview = useFetcher<PlanDecisionAnswer>();
  const save = useFetcher<PlanDecisionAnswer>();
  const notify = useNotice();
  const id = useId();
  const [planId, setPlanId] = useState(plans[0]?.id ?? "");
  const notified = useRef(false);
  const ask = preview.submit;
  const isShown = useRef("");
  useEffect(() => {
    const key = `${kind} ${name} ${planId}`;
    if (isShown.current === key) return;
    isShown.current = key;
    ask({ intent: "preview", kind, nameKind, name, planId }, { method: "post" });
  }, [kind, nameKind, name, planId, ask]);
  useEffect(() => {
    if (!save.data?.ok || notified.current) return;
    notified.current = true;
    notify({ tone: "right", message: save.data.sentence, details: "" });
    onClose();
  }, [save.data, notify, onClose]);
  const effect = preview.state === "idle" ? preview.data : undefined;
  const busy = save.state !== "idle";
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${TITLES[kind]} ${name}?`}
      description={
        <div aria-live="polite">
          {effect === undefined && <p>Calculating the effect…</p>}
          {effect && !effect.ok && <p className="text-critical">{effect.problem}</p>}
          {effect?.ok && (
            <>
              <p>{effect.sentence}</p>
              <ul className="mt-2 list-disc pl-5">
                {effect.lines.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            </>
          )}
        </div>
      }
    >
      <save.Form method="post" className="space-y-4">
        <input type="hidden" name="intent" value="save" />
        <input type="hidden" name="kind" value={kind} />
        <input type="hidden" name="nameKind" value={nameKind} />
        <input type="hidden" name="name" value={name} />
        {kind === "map_price" ? (
          <label className="block text-text font-medium">
            Plan
            <select
              name="planId"
              value={planId}
              onChange={(event) => setPlanId(event.target.value)}
              className="mt-1.5 block h-10 w-full rounded border border-edge bg-raised px-2 text-text sm:h-9"
            >
              {plans.map((plan) => (
                <option key={plan.id} value={plan.id}>
                  {plan.name}
                </option>
              ))}
            </select>
          </label>
        ) : (
          <input type="hidden" name="planId" value="" />
        )}
        <Field id={id} name="reason" label="Reason" autoComplete="off" maxLength={500} required />
        {save.data && !save.data.ok && (
          <p role="alert" className="text-table text-critical">
            {save.data.problem}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={busy || !effect?.ok} aria-busy={busy}>
            {busy ? "Saving…" : TITLES[kind]}
          </Button>
        </div>
      </save.Form>
    </Dialog>
  );
}
