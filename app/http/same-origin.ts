/** What the browser says of the page that sent a request: its headers `Sec-Fetch-Site` and `Origin`. */
export type Sender = { site: string | null; origin: string | null };

/**
 * Whether a request that changes something, and is let in by a cookie, comes from a page of ours.
 * Every current browser sends `Sec-Fetch-Site` (on https and localhost) and `Origin` (with every POST), and no page
 * can forge either. What sends neither is no browser: it is believed only when `withoutHeaders` says so, that is,
 * where no cookie decides.
 */
export function isSameOrigin({ site, origin }: Sender, appUrl: string, withoutHeaders: boolean): boolean {
  if (site) return site === "same-origin" || site === "none";
  if (origin) return origin === appUrl;
  return withoutHeaders;
}
