/**
 * Whether a request that changes something, and is let in by a cookie, comes from a page of ours.
 * Every current browser sends `Sec-Fetch-Site` (on https and localhost) and `Origin` (with every POST), and no page
 * can forge either. What sends neither is no browser: it is believed only when `withoutHeaders` says so, that is,
 * where no cookie decides.
 */
export function isSameOrigin(request: Request, appUrl: string, withoutHeaders: boolean): boolean {
  const site = request.headers.get("Sec-Fetch-Site");
  if (site) return site === "same-origin" || site === "none";
  const origin = request.headers.get("Origin");
  if (origin) return origin === appUrl;
  return withoutHeaders;
}
