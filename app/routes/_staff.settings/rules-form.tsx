import { type SubmissionResult, useForm } from "@conform-to/react";
import { useFetcher } from "@remix-run/react";
import { useEffect, useRef } from "react";
import type { SettingsView } from "~/dashboard/views";
import { Button } from "~/ui/button";
import { Field } from "~/ui/field";
import { Section } from "~/ui/section";
import { useNotice } from "~/ui/toast/toasts";

type Rules = {
  graceDays: string;
  noPlanWord: string;
  revocationLimitPercent: string;
  revocationLimitMinimum: string;
  fullRunHour: string;
  recheckPerRun: string;
  readAllocation: string;
  supportContact: string;
};

/** Grace, the word for no plan, the revocation limit, what Stripe lets us read, and where customers write to. */
export function RulesForm({ settings, mayChange }: { settings: SettingsView; mayChange: boolean }) {
  const fetcher = useFetcher<{ lastResult: SubmissionResult<string[]> }>();
  const notify = useNotice();
  const [form, fields] = useForm<Rules>({
    id: "rules",
    lastResult: fetcher.state === "idle" ? fetcher.data?.lastResult : null,
    shouldValidate: "onSubmit",
  });
  const told = useRef<unknown>(null);
  useEffect(() => {
    const { data } = fetcher;
    if (!data || told.current === data || data.lastResult.status === "error") return;
    told.current = data;
    notify({ tone: "right", message: "Settings saved.", details: "They hold from the next check on." });
  }, [fetcher, notify]);
  const field = (name: keyof Rules) => ({
    id: fields[name].id,
    name: fields[name].name,
    errors: fields[name].errors,
    disabled: !mayChange,
  });
  return (
    <Section title="Rules">
      <fetcher.Form method="post" action="/settings" id={form.id} onSubmit={form.onSubmit} noValidate>
        <input type="hidden" name="intent" value="rules" />
        <div className="grid gap-5 py-4 sm:grid-cols-2">
          <Field
            {...field("graceDays")}
            label="Grace for overdue payments"
            hint="How long past_due still gives access, from when it was first seen."
            defaultValue={settings.graceDays}
            inputMode="numeric"
            unit="days"
          />
          <Field
            {...field("noPlanWord")}
            label="The application’s word for no plan"
            hint="What User.plan holds without a plan; leave empty for NULL."
            defaultValue={settings.noPlanWord ?? ""}
            placeholder="NULL"
          />
          <Field
            {...field("revocationLimitPercent")}
            label="Circuit revocation limit"
            hint="At most this share of users with access is revoked by itself in 24 hours."
            defaultValue={settings.revocationLimitPercent}
            inputMode="decimal"
            unit="%"
          />
          <Field
            {...field("revocationLimitMinimum")}
            label="… but at least"
            hint="So many may always be revoked, however few users there are."
            defaultValue={settings.revocationLimitMinimum}
            inputMode="numeric"
            unit="users"
          />
          <Field
            {...field("fullRunHour")}
            label="Read everything once a day"
            hint="From this hour (UTC) on; leave empty to do it only when there is no other way."
            defaultValue={settings.fullRunHour ?? ""}
            placeholder="only when needed"
            inputMode="numeric"
            unit="o’clock"
          />
          <Field
            {...field("recheckPerRun")}
            label="Read again each time"
            hint="Customers who have not been read for longest, though nothing says that they changed. One request each."
            defaultValue={settings.recheckPerRun}
            inputMode="numeric"
            unit="customers"
          />
          <Field
            {...field("readAllocation")}
            label="Stripe read allocation"
            hint="What Stripe includes in 30 days; leave empty for 10,000, the least reported."
            defaultValue={settings.readAllocation ?? ""}
            placeholder="10000"
            inputMode="numeric"
            unit="reads"
          />
          <Field
            {...field("supportContact")}
            label="Where customers write to"
            hint="An e-mail or https address. Customers find it where a payment takes too long; leave empty for none."
            defaultValue={settings.supportContact ?? ""}
            placeholder="help@example.com"
          />
        </div>
        {mayChange && (
          <Button type="submit" look="primary" disabled={fetcher.state !== "idle"}>
            {fetcher.state === "idle" ? "Save rules" : "Saving…"}
          </Button>
        )}
      </fetcher.Form>
    </Section>
  );
}
