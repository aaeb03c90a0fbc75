/** Of so many users it is said what a decision changes; the others are evaluated by the next run. */
export const MOST_WEIGHED = 5_000;
export const MOST_COUNTED = 100_000;
