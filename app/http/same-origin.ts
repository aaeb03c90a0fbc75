/** What the browser says about the page that sent a request: the headers `Sec-Fetch-Site` and `Origin`. */
export type Sender = { site: string | null; origin: string | null };

/**
 * Whether a request comes from our own page. Needed for requests that change something and are authorized by a cookie.
 * Every current browser sends `Sec-Fetch-Site` (on https and localhost) and `Origin` (with every POST), and no page
 * can forge them. A request without both does not come from a browser: `withoutHeaders` says whether it is accepted, which
 * is safe only where no cookie authorizes.
 */
export function isSameOrigin({ site, origin }: Sender, appUrl: string, withoutHeaders: boolean): boolean {
  if (site) return site === "same-origin" || site === "none";
  if (origin) return origin === appUrl;
  return withoutHeaders;
}
