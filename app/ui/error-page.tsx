import { isRouteErrorResponse, useRouteError } from "@remix-run/react";
import type { ReactNode } from "react";
import { ButtonLink } from "./button";

type ErrorText = { title: string; next: string };

const ERROR_TEXTS: Record<number, ErrorText> = {
  400: { title: "This link does not work", next: "It may be incomplete or out of date." },
  401: { title: "You are signed out", next: "Sign in and try again." },
  403: { title: "You do not have permission", next: "If you need access, ask an admin." },
  404: { title: "Not found", next: "It may have been removed, or the address may be wrong." },
  503: { title: "Parity is not available right now", next: "Try again in a moment." },
};

const TOO_SLOW: ErrorText = { title: "This took too long", next: "Try again in a moment." };

const UNEXPECTED: ErrorText = {
  title: "Something went wrong",
  next: "Try again. If it happens again, tell an engineer and include the request ID.",
};

/** Says what went wrong with a page and what to do next. For an error boundary. `children`: a way out of its own, first. */
export function ErrorPage({ children }: { children?: ReactNode }) {
  const error = useRouteError();
  const status = isRouteErrorResponse(error) ? error.status : 500;
  const { code, message, requestId } = readErrorDetails(isRouteErrorResponse(error) ? error.data : null);
  const { title, next } =
    (code === "too_slow" ? TOO_SLOW : ERROR_TEXTS[status]) ??
    (status < 500 ? { ...UNEXPECTED, title: "The request failed" } : UNEXPECTED);
  // "User not found." is the title with its subject.
  const isTitle = status === 404 && message !== undefined && /^[\w ]+ not found\.$/.test(message);
  return (
    <div className="mx-auto max-w-prose py-12">
      <p className="text-table text-faint tabular-nums">{status}</p>
      <h1 className="mt-1 text-title font-semibold tracking-tight">
        {isTitle ? message.slice(0, -1) : title}
      </h1>
      {message && !isTitle && <p className="mt-2 text-ink">{message}</p>}
      {!(status === 503 && message) && !message?.endsWith(next) && <p className="mt-2 text-quiet">{next}</p>}
      {requestId && <p className="mt-2 font-mono text-small text-faint">Request ID: {requestId}</p>}
      <div className="mt-6 flex flex-wrap gap-2">
        {children}
        {status === 401 && (
          <ButtonLink variant="primary" to="/sign-in">
            Sign in
          </ButtonLink>
        )}
        {status >= 500 && (
          <ButtonLink to="." reloadDocument>
            Try again
          </ButtonLink>
        )}
        <ButtonLink variant={status < 500 && status !== 401 ? "secondary" : "quiet"} to="/">
          Go to the Inbox
        </ButtonLink>
      </div>
    </div>
  );
}

/** Our error responses are `{error: {message, requestId?}}`. Other data has nothing that staff could read. */
function readErrorDetails(data: unknown): { code?: string; message?: string; requestId?: string } {
  if (typeof data !== "object" || data === null || !("error" in data)) return {};
  const { error } = data;
  if (typeof error !== "object" || error === null) return {};
  const readText = (name: string) => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === "string" ? value : undefined;
  };
  return { code: readText("code"), message: readText("message"), requestId: readText("requestId") };
}
