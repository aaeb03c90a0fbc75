/** `1204` → `1,204`. */
export const formatCount = (count: number): string => new Intl.NumberFormat("en-US").format(count);

/** `1, "user"` → `1 user`; `1204, "user"` → `1,204 users`. */
export const pluralize = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
