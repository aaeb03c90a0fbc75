import { data, type MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { idParam } from "~/http/body.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { CustomerErrorPage } from "~/routes/workspace/customer-error-page";
import { buttonClasses } from "~/ui/button";
import { CustomerFrame, CustomerHeader } from "~/ui/customer/customer-frame";
import { HandoverForm } from "~/ui/customer/handover-form";
import { exchangeToken, type HandoverStep } from "./exchange-token.server";

const form = z.object({
  token: z.string().min(1).max(16_384),
  workspaceId: idParam.optional(),
  /** Set only by the pages below. `replace`: the customer confirmed that the open session is replaced. */
  step: z.enum(["here", "replace"]).optional(),
});

/** `left`: the customer has just signed out. */
const visit = z.object({ left: z.string().optional().catch(undefined) });

export const meta: MetaFunction = () => [{ title: "Your workspace" }];

/** A visit without a token gets a page that explains how to open a workspace. */
export const loader = route.loader(
  { who: "public", because: "it shows only how to open a workspace", search: visit },
  ({ search }) => ({ hasLeft: search.left !== undefined }),
);

/**
 * The handover: the application posts its token, and the customer gets a session. The form is on the application's own
 * site, so any origin may post it; `exchangeToken` decides what such a post can do.
 */
export const action = route.action(
  { who: "public", because: "the posted token identifies the customer", anyOrigin: true, form },
  async ({ form, request, context }) => {
    const answer = await exchangeToken(form, request, context);
    switch (answer.kind) {
      case "signed_in":
        return new Response(null, {
          status: 303,
          headers: { Location: answer.to, "Set-Cookie": answer.cookie },
        });
      case "not_configured":
        throw errorResponse("not_configured", {
          message: "Customers cannot sign in. Set WORKSPACE_JWT_SECRET or WORKSPACE_JWKS_URL.",
        });
      case "unavailable":
        throw errorResponse("unavailable", {
          message: "The keys at WORKSPACE_JWKS_URL could not be fetched. Try again in a moment.",
        });
      case "cross_site":
        throw errorResponse("cross_site");
      case "expired":
        return data<HandoverStep>(answer, { status: 401 });
      case "no_workspace":
        return data<HandoverStep>(answer, { status: 404 });
      case "repost":
      case "ask":
      case "confirm":
        return data<HandoverStep>(answer);
    }
  },
);

export default function Session() {
  const answer = useActionData<HandoverStep>();
  // A post from another site is answered without the loader's data.
  const hasLeft = useLoaderData<typeof loader>()?.hasLeft === true;
  return (
    <CustomerFrame>
      {answer ? <HandoverAnswer answer={answer} /> : <OpenFromApplication hasLeft={hasLeft} />}
    </CustomerFrame>
  );
}

function OpenFromApplication({ hasLeft }: { hasLeft: boolean }) {
  return hasLeft ? (
    <CustomerHeader title="You are signed out">
      Open your workspace again from the application whenever you like.
    </CustomerHeader>
  ) : (
    <CustomerHeader title="Open your workspace from the application">
      For your security, this page only opens from the application.
    </CustomerHeader>
  );
}

function HandoverAnswer({ answer }: { answer: HandoverStep }) {
  switch (answer.kind) {
    case "repost":
      return (
        <>
          <CustomerHeader title="Opening your workspace…">This takes a moment.</CustomerHeader>
          <HandoverForm fields={{ ...answer.fields, step: "here" }} label="Open my workspace" autoSubmit />
        </>
      );
    case "ask":
      return (
        <>
          <CustomerHeader title="Open this workspace?">
            Another site sent you here{answer.email ? <> as {answer.email}</> : null}. If that is not you,
            close this page.
          </CustomerHeader>
          <HandoverForm
            fields={{ ...answer.fields, step: "here" }}
            label="Open my workspace"
            autoSubmit={false}
          />
        </>
      );
    case "confirm":
      return (
        <>
          <CustomerHeader title="Another customer is signed in. Continue?">
            Another customer’s workspace is open in this browser. If you continue, it is closed and yours
            opens.
          </CustomerHeader>
          <HandoverForm
            fields={{ ...answer.fields, step: "replace" }}
            label="Open my workspace instead"
            autoSubmit={false}
          />
          {answer.currentPath && (
            <a href={answer.currentPath} className={`${buttonClasses("quiet")} mt-3 -ml-3`}>
              Keep the open workspace
            </a>
          )}
        </>
      );
    case "expired":
      return (
        <CustomerHeader title="This link has expired">
          Go back to the application and open your workspace again. For your security, the link works only for
          a short time.
        </CustomerHeader>
      );
    case "no_workspace":
      return (
        <CustomerHeader title="You have no workspace yet">
          Create one in the application, then open it from there.
        </CustomerHeader>
      );
  }
}

export function ErrorBoundary() {
  return <CustomerErrorPage />;
}
