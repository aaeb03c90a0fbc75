import { type SubmissionResult, useForm } from "@conform-to/react";
import { useFetcher } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";
import { roleAllows } from "~/engine/account/roles";
import { Button } from "~/ui/button";
import { Field } from "~/ui/field";
import { Section } from "~/ui/section";
import { SelectField } from "~/ui/select-field";
import { useNotice } from "~/ui/toast/toasts";
import { useFrameData } from "../_staff/frame-data";
import type { SettingField } from "./setting-fields.server";

const YES_OR_NO = [
  ["yes", "Yes"],
  ["no", "No"],
] as const;

/** One input for each setting, as the catalogue of settings describes it. */
export function RulesForm({ fields: settings }: { fields: readonly SettingField[] }) {
  const staff = useFrameData()?.staff;
  const fetcher = useFetcher<{ lastResult: SubmissionResult<string[]> }>();
  const notify = useNotice();
  const [form, fields] = useForm<Record<string, string>>({
    id: "rules",
    lastResult: fetcher.state === "idle" ? fetcher.data?.lastResult : null,
    shouldValidate: "onSubmit",
  });
  const notified = useRef<unknown>(null);
  // Once they were saved the fields begin anew with what is set now.
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const { data } = fetcher;
    if (!data || fetcher.state !== "idle" || notified.current === data || data.lastResult.status === "error")
      return;
    notified.current = data;
    setVersion((last) => last + 1);
    notify({ tone: "right", message: "Settings saved.", details: "They apply from the next run." });
  }, [fetcher, notify]);
  const canChange = ({ role }: SettingField) => staff !== undefined && roleAllows(staff.role, role);
  return (
    <Section title="Rules">
      <fetcher.Form method="post" action="/settings" id={form.id} onSubmit={form.onSubmit} noValidate>
        <div key={version} className="grid gap-5 py-4 sm:grid-cols-2">
          {settings.filter(canChange).map(({ key, text }) => (
            <ShownText key={key} name={`shown-${key}`} text={text} />
          ))}
          {settings.map((setting) =>
            setting.isSwitch ? (
              <SelectField
                key={setting.key}
                id={fields[setting.key]?.id ?? setting.key}
                name={setting.key}
                disabled={!canChange(setting)}
                label={setting.label}
                hint={setting.help}
                defaultValue={setting.text}
                choices={YES_OR_NO}
              />
            ) : (
              <Field
                key={setting.key}
                id={fields[setting.key]?.id ?? setting.key}
                name={setting.key}
                errors={fields[setting.key]?.errors}
                disabled={!canChange(setting)}
                label={setting.label}
                hint={setting.help}
                defaultValue={setting.text}
                inputMode={setting.unit === null ? undefined : "decimal"}
                unit={setting.unit ?? undefined}
              />
            ),
          )}
        </div>
        {!settings.every(canChange) && (
          <p className="pb-4 text-table text-quiet">
            {settings.some(canChange)
              ? "What is grey needs another role than yours."
              : "Your role can read these rules, and not change them."}
          </p>
        )}
        {settings.some(canChange) && (
          <Button type="submit" variant="primary" disabled={fetcher.state !== "idle"}>
            {fetcher.state === "idle" ? "Save rules" : "Saving…"}
          </Button>
        )}
      </fetcher.Form>
    </Section>
  );
}

/** What the form showed at first: only what the person has changed of it is saved. */
function ShownText({ name, text }: { name: string; text: string }) {
  const [first] = useState(text);
  return <input type="hidden" name={name} value={first} />;
}
