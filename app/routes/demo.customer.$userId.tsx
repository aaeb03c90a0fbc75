import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";
import { CustomerFrame, CustomerHead } from "~/ui/customer/customer-frame";
import { HandOver } from "~/ui/customer/hand-over";
import { Problem } from "~/ui/problem";

export const meta: MetaFunction = () => [{ title: "Open as this customer · Parity" }];

/** The demo has no application that hands its customers over; here an admin is one for a moment. Only in the demo. */
export const loader = route.loader(
  { who: "staff", role: "admin", params: z.object({ userId: z.string().min(1).max(200) }) },
  async ({ params, parity, context }) => {
    const { demoToken } = context.customerAuth;
    const [user] = await parity.views([params.userId]);
    if (!demoToken || !user) throw refusal("not_found");
    return { name: user.name ?? user.email, token: await demoToken(user.userId) };
  },
);

export default function DemoCustomer() {
  const { name, token } = useLoaderData<typeof loader>();
  return (
    <CustomerFrame>
      <CustomerHead title={`Opening the workspace of ${name}…`}>
        As their application would: it posts a token that names them.
      </CustomerHead>
      <HandOver fields={{ token }} label="Open the workspace" atOnce />
    </CustomerFrame>
  );
}

export function ErrorBoundary() {
  return (
    <main className="px-4">
      <Problem />
    </main>
  );
}
