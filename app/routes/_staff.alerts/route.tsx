import { data, type MetaFunction } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { z } from "zod";
import { ALERT_KINDS, ALERTS } from "~/dashboard/alerts/catalogue";
import { route } from "~/http/route.server";
import { Banner } from "~/ui/banner";
import { Button } from "~/ui/button";
import { EmptyState } from "~/ui/empty-state";
import { PageHeader } from "~/ui/page-header";
import { Section } from "~/ui/section";
import { useHasRole } from "../_staff/frame-data";
import { AlertList } from "./alert-list";
import { Kinds } from "./kinds";
import { MUTE_HOURS } from "./mute-hours";

export { reloadAfterRefusal as shouldRevalidate } from "~/ui/reach/reload-after-refusal";
export const meta: MetaFunction = () => [{ title: "Alerts · Parity" }];

const kind = z.enum(ALERT_KINDS);
const form = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("test") }),
  z.object({
    intent: z.literal("mute"),
    kind,
    hours: z.coerce.number().pipe(z.union(MUTE_HOURS.map(([hours]) => z.literal(hours)))),
    reason: z.string().trim().max(1000).default(""),
  }),
  z.object({ intent: z.literal("unmute"), kind }),
]);

type Answer = { done?: string; problem?: string };

export const loader = route.loader({ who: "staff", role: "viewer" }, ({ parity }) => parity.alerts.view());

/** Sends a test message, or mutes a kind for a typed reason. */
export const action = route.action(
  { who: "staff", role: "operator", form },
  async ({ form, parity, staff }) => {
    const actor = { kind: "staff", id: staff.id } as const;
    switch (form.intent) {
      case "test": {
        const posted = await parity.alerts.test(actor);
        return posted.ok ? data<Answer>({ done: "A test message was sent." }) : refuse(posted.failure);
      }
      case "mute":
        if (form.reason === "") return refuse("Enter a reason: colleagues will ask for it.");
        await parity.alerts.mute(form.kind, form, actor);
        return data<Answer>({ done: `${ALERTS[form.kind].label}: no messages until the time is over.` });
      case "unmute":
        await parity.alerts.unmute(form.kind, actor);
        return data<Answer>({ done: `${ALERTS[form.kind].label}: messages are sent again.` });
    }
  },
);

function refuse(problem: string) {
  return data<Answer>({ problem }, { status: 400 });
}

export default function Alerts() {
  const { open, over, mutes, hasTarget } = useLoaderData<typeof loader>();
  const answer = useActionData<Answer>();
  const canDecide = useHasRole("operator");
  const navigation = useNavigation();
  const isTesting = navigation.formData?.get("intent") === "test";
  return (
    <div className="max-w-4xl">
      <PageHeader
        title="Alerts"
        description={
          hasTarget
            ? "Sent to the webhook of ALERT_WEBHOOK_URL when something opens, and again when it is over."
            : "Nothing is sent: ALERT_WEBHOOK_URL is not set. Alerts are shown here and in the log."
        }
      >
        {canDecide && hasTarget && (
          <Form method="post">
            <input type="hidden" name="intent" value="test" />
            <Button type="submit" disabled={isTesting} aria-busy={isTesting}>
              {isTesting ? "Sending…" : "Send a test message"}
            </Button>
          </Form>
        )}
      </PageHeader>
      <ActionAnswer answer={answer} />
      <Section title="Open" aside={open.length > 0 ? `${open.length}` : undefined}>
        {open.length === 0 ? (
          <EmptyState title="No alerts are open">Parity looks once a minute.</EmptyState>
        ) : (
          <AlertList alerts={open} mutes={mutes} />
        )}
      </Section>
      <Section title="What is watched">
        <Kinds mutes={mutes} canDecide={canDecide} />
      </Section>
      {over.length > 0 && (
        <Section title="Over in the last seven days">
          <AlertList alerts={over} mutes={[]} />
        </Section>
      )}
    </div>
  );
}

/** What became of the last form. It takes the focus, so that it is read out and not lost. */
function ActionAnswer({ answer }: { answer: Answer | undefined }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (answer) box.current?.focus();
  }, [answer]);
  if (!answer) return null;
  return (
    <div ref={box} tabIndex={-1} className="rounded outline-none">
      <Banner tone={answer.problem ? "critical" : "right"} role={answer.problem ? "alert" : "status"}>
        {answer.problem ?? answer.done}
      </Banner>
    </div>
  );
}
