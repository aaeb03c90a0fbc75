import { Form } from "@remix-run/react";
import { Button } from "~/ui/button";
import { Section } from "~/ui/section";

/** Ends all sessions of the own account. */
export function SessionsSection() {
  return (
    <Section title="Sessions">
      <p className="mt-2 text-quiet">Ends your sessions in all browsers, also in this one.</p>
      <Form method="post" className="mt-3">
        <input type="hidden" name="intent" value="sign-out-everywhere" />
        <Button type="submit">Sign out everywhere</Button>
      </Form>
    </Section>
  );
}
