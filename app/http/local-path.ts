/**
 * An address within this site to go on to, from what a browser sent; `/` for anything else. Browsers read `//host`
 * and `/\host` as other sites, and drop tabs and line ends before they look.
 */
export function localPath(wanted: string | null | undefined): string {
  if (!wanted || !/^\/(?![/\\])[\x20-\x7e]*$/.test(wanted)) return "/";
  const base = "http://parity.invalid";
  const url = URL.canParse(wanted, base) ? new URL(wanted, base) : null;
  return url?.origin === base ? url.pathname + url.search : "/";
}
