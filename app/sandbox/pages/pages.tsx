import type { PageDeps } from "./page-deps";
import { type PageRequest, type PageResponse, renderPage } from "./page-response";
import { handlePay } from "./pay";
import { ClosedPage } from "./pay-page";
import { handlePortal } from "./portal";
import type { PageSender } from "./sender";
import { handleSimulate } from "./simulate/simulate";

/** Whether a path belongs to a page, not to the API. */
export function isPage(path: string): boolean {
  return path === "/" || path.startsWith("/c/") || path.startsWith("/p/");
}

/** A payment page, the billing portal, or the simulate page, which only this machine may open. */
export function handlePage(deps: PageDeps, request: PageRequest, sender: PageSender): PageResponse {
  if (request.method !== "GET" && request.method !== "POST") return renderProblem(405, "Method not allowed");
  if (request.method === "POST" && !sender.ownForm)
    return renderProblem(403, "This form was sent from another site");
  if (request.path === "/") {
    return sender.local
      ? handleSimulate(deps, request)
      : renderProblem(403, "This page only opens on its own machine");
  }
  return handlePay(deps.account, request) ?? handlePortal(deps, request) ?? renderProblem(404, "Not found");
}

function renderProblem(status: number, title: string): PageResponse {
  const text = "This page does not exist. Go back and try again.";
  return renderPage(title, <ClosedPage title={title} text={text} backUrl={null} />, status);
}
