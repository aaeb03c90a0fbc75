import { Form } from "@remix-run/react";
import { Button } from "~/ui/button";
import { Field } from "~/ui/field";
import { Section } from "~/ui/section";
import { SectionAnswer } from "./section-answer";

/** Changes the own password. */
export function PasswordSection(answer: { problem?: string; done?: string }) {
  return (
    <Section title="Password">
      <SectionAnswer {...answer} />
      <Form method="post" className="mt-3 max-w-sm space-y-4">
        <input type="hidden" name="intent" value="password" />
        <Field
          id="current-password"
          label="Current password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
        />
        <Field
          id="new-password"
          label="New password"
          hint="At least 12 characters. All your other sessions end."
          type="password"
          name="next"
          autoComplete="new-password"
          required
        />
        <Button type="submit">Change password</Button>
      </Form>
    </Section>
  );
}
