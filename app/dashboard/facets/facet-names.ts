/** Filters whose values are counted. */
export const FACETS = ["verdicts", "flags", "plans", "statuses", "checked"] as const;
export type FacetName = (typeof FACETS)[number];

/** How many users each value would show, with the other filters as they are. A value without users is left out. */
export type FacetCounts = Record<string, number>;
