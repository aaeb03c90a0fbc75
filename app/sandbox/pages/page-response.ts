import type { ReactElement } from "react";
import { CONTENT_SECURITY_POLICY, renderDocument } from "./document";

/** The parts of a request that a page needs. */
export interface PageRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** The fields of the form. */
  form: URLSearchParams;
}

export interface PageResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** An HTML page. `title` is the first part of the document title. */
export function renderPage(title: string, content: ReactElement, status = 200): PageResponse {
  return {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": CONTENT_SECURITY_POLICY,
      "Cache-Control": "no-store",
      // Not `no-referrer`: browsers would hide the origin of a form, which the sandbox checks.
      "Referrer-Policy": "same-origin",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
    },
    body: renderDocument(title, content),
  };
}

/** Redirects to another page after a form, so that reloading does not send the form again. */
export function redirectTo(location: string): PageResponse {
  return { status: 303, headers: { Location: location, "Cache-Control": "no-store" }, body: "" };
}
