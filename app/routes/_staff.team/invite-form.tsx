import { Form, useNavigation } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { Button } from "~/ui/button";
import { Field } from "~/ui/field";
import { SelectField } from "~/ui/select-field";
import { ROLE_CHOICES } from "./role-words";
import type { TeamResult } from "./team-action.server";

/** Makes a link for a person who joins. */
export function InviteForm({ hours, result }: { hours: number; result: TeamResult | undefined }) {
  const form = useRef<HTMLFormElement>(null);
  const busy = useNavigation().state !== "idle";
  const problem = result?.about === "email" ? result.problem : undefined;
  useEffect(() => {
    if (result?.link) form.current?.reset();
  }, [result]);
  return (
    <Form
      ref={form}
      method="post"
      className="mt-3 grid gap-4 sm:max-lg:max-w-md lg:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto] lg:items-end"
    >
      <input type="hidden" name="intent" value="invite" />
      <Field
        id="invite-email"
        name="email"
        label="Email"
        type="email"
        autoComplete="off"
        errors={problem ? [problem] : undefined}
        required
      />
      <SelectField id="invite-role" name="role" label="Role" choices={ROLE_CHOICES} defaultValue="viewer" />
      <Button type="submit" variant="primary" disabled={busy} className="h-10 sm:h-9">
        Create link
      </Button>
      <p className="text-table text-quiet lg:col-span-3">
        Parity sends no email: you get a link to pass on. It works once, within {hours} hours.
      </p>
    </Form>
  );
}
