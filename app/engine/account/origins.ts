/** Origins that are separated by commas or spaces, as browsers write them; null when one of them is none. */
export function readOrigins(typed: string): string[] | null {
  const parts = typed.split(/[\s,]+/).filter((part) => part !== "");
  if (parts.length === 0 || typed.length > 1_000) return null;
  const found = parts.map((part) => (URL.canParse(part) ? new URL(part) : null));
  if (
    !found.every(
      (url) =>
        url !== null &&
        /^https?:$/.test(url.protocol) &&
        url.pathname === "/" &&
        !url.search &&
        !url.username,
    )
  )
    return null;
  return found.flatMap((url) => (url ? [url.origin] : []));
}
