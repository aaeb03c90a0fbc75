import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { pathId } from "~/http/body.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { CustomerFrame, CustomerHeader } from "~/ui/customer/customer-frame";
import { HandoverForm } from "~/ui/customer/handover-form";
import { ErrorPage } from "~/ui/error-page";

export const meta: MetaFunction = () => [{ title: "Open as this customer · Parity" }];

/** The demo has no application that hands over its customers, so an admin can open a customer's page here. Demo only. */
export const loader = route.loader(
  { who: "staff", role: "admin", params: z.object({ userId: pathId }) },
  async ({ params, parity, context }) => {
    const { demoToken } = context.customerAuth;
    const [user] = await parity.views([params.userId]);
    if (!demoToken || !user) throw errorResponse("not_found");
    return { name: user.name ?? user.email, token: await demoToken(user.userId) };
  },
);

export default function DemoCustomer() {
  const { name, token } = useLoaderData<typeof loader>();
  return (
    <CustomerFrame>
      <CustomerHeader title={`Opening the workspace of ${name}…`}>
        Your application posts a signed token for its customer. The demo does the same.
      </CustomerHeader>
      <HandoverForm fields={{ token }} label="Open the workspace" autoSubmit />
    </CustomerFrame>
  );
}

export function ErrorBoundary() {
  return (
    <main className="px-4">
      <ErrorPage />
    </main>
  );
}
