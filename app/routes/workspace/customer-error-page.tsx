import { isRouteErrorResponse, useRouteError } from "@remix-run/react";
import { ButtonLink } from "~/ui/button";
import { CustomerFrame, CustomerHeader } from "~/ui/customer/customer-frame";

type ErrorText = { title: string; next: string; canRetry?: true };

const ERROR_TEXTS: Record<number, ErrorText> = {
  400: {
    title: "This link does not work",
    next: "Go back to the application and open your workspace from there.",
  },
  401: {
    title: "Open your workspace from the application",
    next: "For your security, this page only opens from the application. Go back and open your workspace again.",
  },
  403: {
    title: "Please try again",
    next: "Go back to the application and open your workspace from there.",
  },
  404: {
    title: "Workspace not found",
    next: "It may belong to another account of yours. Go back to the application and open it from there.",
  },
  503: {
    title: "Your workspace is not available right now",
    next: "Your data is safe. Try again in a few minutes.",
    canRetry: true,
  },
};

const UNEXPECTED: ErrorText = {
  title: "Something went wrong",
  next: "If you have paid, your payment is safe. Try again in a moment.",
  canRetry: true,
};

/** The error page for customers: what to do, without technical words. */
export function CustomerErrorPage() {
  const error = useRouteError();
  const status = isRouteErrorResponse(error) ? error.status : 500;
  const { title, next, canRetry } = ERROR_TEXTS[status] ?? UNEXPECTED;
  return (
    <CustomerFrame>
      <CustomerHeader title={title}>{next}</CustomerHeader>
      {canRetry && (
        <p className="mt-8">
          <ButtonLink to="." reloadDocument>
            Try again
          </ButtonLink>
        </p>
      )}
    </CustomerFrame>
  );
}
