import { makeUserId, padNumber } from "./ids";
import { IN_SYNC } from "./stories/in-sync";
import { LOCKED_OUT } from "./stories/locked-out";
import { MISMATCHES } from "./stories/mismatches";
import { NEEDS_DECISION } from "./stories/needs-decision";
import { UNPAID_ACCESS } from "./stories/unpaid-access";
import type { Story } from "./story";

/** A user of the demo, with what identifies them. */
export type DemoUser = {
  story: Story;
  number: number;
  /** "0042" */
  key: string;
  userId: string;
  email: string;
  name: string;
};

const STORIES: readonly Story[] = [
  ...LOCKED_OUT,
  ...UNPAID_ACCESS,
  ...MISMATCHES,
  ...NEEDS_DECISION,
  ...IN_SYNC,
];

// A prime number of places and a stride mix the stories in lists of users, and a story that is added at the end of the
// tables does not renumber the others.
const PLACES = 127;
const STRIDE = 37;

/** All users of the demo, in the order of the tables. */
export const DEMO_USERS: readonly DemoUser[] = STORIES.map((story, index) => {
  const number = ((index * STRIDE) % PLACES) + 1;
  const key = padNumber(number);
  return {
    story,
    number,
    key,
    userId: makeUserId(number),
    email: story.name ? makeEmail(story.name) : `c${key}@example.com`,
    name: story.name ?? `Customer ${key}`,
  };
});

/** "Lucía Romero" → lucia.romero@example.com */
function makeEmail(name: string): string {
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return `${plain.replaceAll(" ", ".")}@example.com`;
}
