import type { ReactElement } from "react";
import { CONTENT_SECURITY_POLICY, documentOf } from "./document";

/** What a page gets to see of a request. */
export interface PageRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** What a form sent. */
  form: URLSearchParams;
}

export interface PageAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** A page. `title` stands before the name of the sandbox in the browser's tab. */
export function page(title: string, content: ReactElement, status = 200): PageAnswer {
  return {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": CONTENT_SECURITY_POLICY,
      "Cache-Control": "no-store",
      // Not `no-referrer`: browsers then hide the origin of a form, which is how its page is recognised.
      "Referrer-Policy": "same-origin",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
    },
    body: documentOf(title, content),
  };
}

/** To another page after a form: reloading that does not send the form again. */
export function seeOther(location: string): PageAnswer {
  return { status: 303, headers: { Location: location, "Cache-Control": "no-store" }, body: "" };
}
