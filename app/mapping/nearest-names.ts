/** The names that are most like the one that was not found: for what was misspelled. At most three. */
export function findNearestNames(name: string, names: Iterable<string>): string[] {
  const wanted = fold(name);
  const most = Math.max(2, Math.floor(wanted.length / 3));
  return [...names]
    .map((one) => ({ one, distance: measure(wanted, fold(one)) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance || (a.one < b.one ? -1 : 1))
    .slice(0, 3)
    .map(({ one }) => one);
}

/** `: did you mean a or b?`, or nothing. */
export function suggest(name: string, names: Iterable<string>): string {
  const nearest = findNearestNames(name, names);
  return nearest.length > 0 ? `: did you mean ${nearest.join(" or ")}?` : "";
}

const fold = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** Letters to insert, remove or replace; a name that contains the other is near. */
function measure(a: string, b: string): number {
  if (a.length > 2 && b.length > 2 && (a.includes(b) || b.includes(a))) return 1;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
