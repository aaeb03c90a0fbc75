import { data, type MetaFunction } from "@remix-run/node";
import { useActionData } from "@remix-run/react";
import { z } from "zod";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";
import { buttonClasses } from "~/ui/button";
import { CustomerFrame, CustomerHead } from "~/ui/customer/customer-frame";
import { HandOver } from "~/ui/customer/hand-over";
import { CustomerProblem } from "../workspace/customer-problem";
import { type HandedOver, takeOver } from "./take-over.server";

const form = z.object({
  token: z.string().min(1).max(16_384),
  workspaceId: z.string().min(1).max(200).optional(),
  /** Set by the pages below: that they sent it, and that somebody said yes to it. */
  step: z.enum(["here", "replace"]).optional(),
});

export const meta: MetaFunction = () => [{ title: "Your workspace" }];

/** Whoever comes by the address alone brings no token: they are told how a workspace is opened. */
export const loader = route.loader({ who: "public", because: "it only says where to go" }, () => null);

/**
 * The hand-over: the application posts its token, and the customer gets a session of ours. The form stands on the
 * application's own site, so any origin may post it; what that may do is decided in `takeOver`.
 */
export const action = route.action(
  { who: "public", because: "the posted token says who it is", anyOrigin: true, form },
  async ({ form, request, context }) => {
    const answer = await takeOver(form, request, context);
    switch (answer.kind) {
      case "signed_in":
        return new Response(null, {
          status: 303,
          headers: { Location: answer.to, "Set-Cookie": answer.cookie },
        });
      case "not_configured":
        throw refusal("not_configured", {
          message:
            "Neither WORKSPACE_JWT_SECRET nor WORKSPACE_JWKS_URL is set, so customers cannot be recognised here.",
        });
      case "unavailable":
        throw refusal("unavailable", {
          message: "The keys of WORKSPACE_JWKS_URL cannot be fetched just now. Try again in a moment.",
        });
      case "cross_site":
        throw refusal("cross_site");
      case "expired":
        return data<HandedOver>(answer, { status: 401 });
      case "no_workspace":
        return data<HandedOver>(answer, { status: 404 });
      case "pass_on":
      case "ask":
        return data<HandedOver>(answer);
    }
  },
);

export default function Session() {
  const answer = useActionData<HandedOver>();
  return <CustomerFrame>{answer ? <Answer answer={answer} /> : <FromTheApplication />}</CustomerFrame>;
}

function FromTheApplication() {
  return (
    <CustomerHead title="Open your workspace from the application">
      For your safety this page opens only from there.
    </CustomerHead>
  );
}

function Answer({ answer }: { answer: HandedOver }) {
  switch (answer.kind) {
    case "pass_on":
      return (
        <>
          <CustomerHead title="Opening your workspace…">One moment.</CustomerHead>
          <HandOver fields={{ ...answer.fields, step: "here" }} label="Open my workspace" atOnce />
        </>
      );
    case "ask":
      return (
        <>
          <CustomerHead title="You are signed in as another customer here. Continue?">
            Somebody else’s workspace is open in this browser. If you continue, it is closed here, and yours
            opens.
          </CustomerHead>
          <HandOver
            fields={{ ...answer.fields, step: "replace" }}
            label="Continue as the new customer"
            atOnce={false}
          />
          {answer.stay && (
            <a href={answer.stay} className={`${buttonClasses("quiet")} mt-3 -ml-3`}>
              Stay where I am
            </a>
          )}
        </>
      );
    case "expired":
      return (
        <CustomerHead title="This link has run out">
          Go back to the application, and open your workspace once more. It works for a short time only, to
          keep you safe.
        </CustomerHead>
      );
    case "no_workspace":
      return (
        <CustomerHead title="You have no workspace yet">
          Make one in the application, and open it from there.
        </CustomerHead>
      );
  }
}

export function ErrorBoundary() {
  return <CustomerProblem />;
}
