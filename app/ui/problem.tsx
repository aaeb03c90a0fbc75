import { isRouteErrorResponse, useRouteError } from "@remix-run/react";
import { ButtonLink } from "./button";

type Told = { title: string; next: string };

const TOLD: Record<number, Told> = {
  400: { title: "This address does not work", next: "It may have been cut off, or be of an older version." },
  401: { title: "You are signed out", next: "Sign in, and try again." },
  403: { title: "Your role does not allow this", next: "Ask an admin, if you should be able to." },
  404: {
    title: "There is nothing here",
    next: "It may have been removed, or the address may have a slip in it.",
  },
  503: { title: "Parity cannot reach its database", next: "Nothing was changed. Try again in a moment." },
};

const BROKEN: Told = {
  title: "Something went wrong on our side",
  next: "Nothing half-done is left behind. Try again; if it stays, tell an engineer the number below.",
};

/** What went wrong with a page, in words, and what to do next. For an error boundary. */
export function Problem() {
  const error = useRouteError();
  const status = isRouteErrorResponse(error) ? error.status : 500;
  const { message, requestId } = detailsOf(isRouteErrorResponse(error) ? error.data : null);
  const { title, next } = TOLD[status] ?? (status < 500 ? { ...BROKEN, title: "That did not work" } : BROKEN);
  return (
    <div className="mx-auto max-w-prose py-12">
      <p className="text-table text-faint tabular-nums">{status}</p>
      <h1 className="mt-1 text-title font-semibold tracking-tight">{title}</h1>
      {message && <p className="mt-2 text-ink">{message}</p>}
      <p className="mt-2 text-quiet">{next}</p>
      {requestId && <p className="mt-2 font-mono text-small text-faint">{requestId}</p>}
      <div className="mt-6 flex gap-2">
        {status === 401 && (
          <ButtonLink look="primary" to="/sign-in">
            Sign in
          </ButtonLink>
        )}
        {status >= 500 && (
          <ButtonLink to="." reloadDocument>
            Try again
          </ButtonLink>
        )}
        <ButtonLink look={status === 404 ? "secondary" : "quiet"} to="/">
          Go to the overview
        </ButtonLink>
      </div>
    </div>
  );
}

/** Our refusals are `{error: {message, requestId?}}`; anything else says nothing that people could read. */
function detailsOf(data: unknown): { message?: string; requestId?: string } {
  if (typeof data !== "object" || data === null || !("error" in data)) return {};
  const { error } = data;
  if (typeof error !== "object" || error === null) return {};
  const text = (name: string) => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === "string" ? value : undefined;
  };
  return { message: text("message"), requestId: text("requestId") };
}
