import { Form } from "@remix-run/react";

/** Says who processes payments, and lets the customer sign out. */
export function Footer() {
  return (
    <>
      <span>Payments are processed by Stripe. We never see your card details.</span>
      <Form method="post" action="/workspace/leave">
        <button
          type="submit"
          className="rounded text-quiet whitespace-nowrap underline-offset-2 hover:text-ink hover:underline"
        >
          Sign out
        </button>
      </Form>
    </>
  );
}
