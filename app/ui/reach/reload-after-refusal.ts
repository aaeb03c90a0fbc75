import type { ShouldRevalidateFunctionArgs } from "@remix-run/react";

/**
 * For `shouldRevalidate` of a page: what an action refuses is often refused because something has changed meanwhile, so the page is
 * loaded again, and shows it.
 */
export function reloadAfterRefusal({
  actionStatus = 200,
  defaultShouldRevalidate,
}: ShouldRevalidateFunctionArgs): boolean {
  return defaultShouldRevalidate || (actionStatus >= 400 && actionStatus < 500);
}
