import { Form } from "@remix-run/react";

/** Who handles the money, and the way out on a computer that others use too. */
export function Foot() {
  return (
    <>
      <span>Payments are handled by Stripe. We never see your card.</span>
      <Form method="post" action="/workspace/leave">
        <button
          type="submit"
          className="rounded text-quiet underline-offset-2 hover:text-ink hover:underline"
        >
          Leave
        </button>
      </Form>
    </>
  );
}
