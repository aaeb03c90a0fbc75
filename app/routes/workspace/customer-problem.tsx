import { isRouteErrorResponse, useRouteError } from "@remix-run/react";
import { ButtonLink } from "~/ui/button";
import { CustomerFrame, CustomerHead } from "~/ui/customer/customer-frame";

type Told = { title: string; next: string; tryAgain?: true };

const TOLD: Record<number, Told> = {
  400: {
    title: "This link does not work",
    next: "Go back to the application, and open your workspace from there.",
  },
  401: {
    title: "Open your workspace from the application",
    next: "For your safety this page opens only from there. Go back to the application, and open your workspace again.",
  },
  403: {
    title: "Please try that once more",
    next: "Go back to the application, and open your workspace from there.",
  },
  404: {
    title: "This workspace is not here",
    next: "It may belong to another account of yours. Go back to the application, and open it from there.",
  },
  503: {
    title: "Your workspace cannot be opened just now",
    next: "Nothing is lost. Try again in a few minutes.",
    tryAgain: true,
  },
};

const BROKEN: Told = {
  title: "That did not work",
  next: "Nothing is lost, and nothing was charged. Try again in a moment.",
  tryAgain: true,
};

/** What a customer reads when a page cannot be shown: what to do, and nothing of what we call things. */
export function CustomerProblem() {
  const error = useRouteError();
  const status = isRouteErrorResponse(error) ? error.status : 500;
  const { title, next, tryAgain } = TOLD[status] ?? BROKEN;
  return (
    <CustomerFrame>
      <CustomerHead title={title}>{next}</CustomerHead>
      {tryAgain && (
        <p className="mt-8">
          <ButtonLink to="." reloadDocument>
            Try again
          </ButtonLink>
        </p>
      )}
    </CustomerFrame>
  );
}
