import { type PageAnswer, type PageRequest, page } from "./answer";
import { answerLife } from "./life";
import type { PageParts } from "./page-parts";
import { answerPay } from "./pay";
import { ClosedPage } from "./pay-page";
import { answerPortal } from "./portal";
import type { PageSender } from "./sender";

/** Whether an address is a page's, and not the API's. */
export function isPage(path: string): boolean {
  return path === "/" || path.startsWith("/c/") || path.startsWith("/p/");
}

/** A page: to pay, the portal, or (on this machine only) what happens in life. */
export function answerPage(parts: PageParts, request: PageRequest, sender: PageSender): PageAnswer {
  if (request.method !== "GET" && request.method !== "POST") return problem(405, "Method not allowed");
  if (request.method === "POST" && !sender.ownForm) return problem(403, "This form stands on another site");
  if (request.path === "/") {
    return sender.local ? answerLife(parts, request) : problem(403, "This page is for its own machine only");
  }
  return answerPay(parts.account, request) ?? answerPortal(parts, request) ?? problem(404, "Not found");
}

function problem(status: number, title: string): PageAnswer {
  const text = "There is nothing here. Go back to where you came from.";
  return page(title, <ClosedPage title={title} text={text} backUrl={null} />, status);
}
