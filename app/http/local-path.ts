/**
 * An address within this site to go on to, from what a browser sent; `/` for anything else. Browsers read `//host`
 * and `/\host` as other sites, and drop tabs and line ends before they look.
 */
export function toLocalPath(wanted: string | null | undefined): string {
  if (!wanted || !/^\/(?![/\\])[\x20-\x7e]*$/.test(wanted)) return "/";
  const base = "http://parity.invalid";
  if (!URL.canParse(wanted, base)) return "/";
  const url = new URL(wanted, base);
  // `/..//host` becomes `//host` only when it is read.
  return url.origin === base && !url.pathname.startsWith("//") ? url.pathname + url.search : "/";
}
