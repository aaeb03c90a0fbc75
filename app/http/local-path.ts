/**
 * A path of this site to redirect to; `/` for any other address. Browsers treat `//host` and `/\host` as other sites, and
 * ignore tabs and line breaks.
 */
export function toLocalPath(wanted: string | null | undefined): string {
  if (!wanted || !/^\/(?![/\\])[\x20-\x7e]*$/.test(wanted)) return "/";
  const base = "http://parity.invalid";
  if (!URL.canParse(wanted, base)) return "/";
  const url = new URL(wanted, base);
  // `/..//host` becomes `//host` when it is parsed.
  return url.origin === base && !url.pathname.startsWith("//") ? url.pathname + url.search : "/";
}
