// Making one takes longer than drawing a row.
const COUNT = new Intl.NumberFormat("en-US");

/** `1204` → `1,204`. */
export const formatCount = (count: number): string => COUNT.format(count);

/** `1, "user"` → `1 user`; `1204, "user"` → `1,204 users`. */
export const pluralize = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
