import { digits, userIdOf } from "./ids";
import { DIFFERENCES } from "./stories/differences";
import { IN_SYNC } from "./stories/in-step";
import { LOCKED_OUT } from "./stories/locked-out";
import { REVIEW } from "./stories/review";
import { UNPAID_ACCESS } from "./stories/unpaid-access";
import type { Story } from "./story";

/** A user of the demo, with what identifies them. */
export type Person = {
  story: Story;
  number: number;
  /** "0042" */
  key: string;
  userId: string;
  email: string;
  name: string;
};

const STORIES: readonly Story[] = [...LOCKED_OUT, ...UNPAID_ACCESS, ...DIFFERENCES, ...REVIEW, ...IN_SYNC];

// A prime number of places and a stride: neighbours in a table are not neighbours in the company, and whoever is
// added at the end of the tables moves nobody.
const PLACES = 127;
const STRIDE = 37;

/** Everybody, in the order of the tables. */
export const COMPANY: readonly Person[] = STORIES.map((story, index) => {
  const number = ((index * STRIDE) % PLACES) + 1;
  const key = digits(number);
  return {
    story,
    number,
    key,
    userId: userIdOf(number),
    email: story.name ? addressOf(story.name) : `c${key}@example.com`,
    name: story.name ?? `Customer ${key}`,
  };
});

/** "Lucía Romero" → lucia.romero@example.com */
function addressOf(name: string): string {
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return `${plain.replaceAll(" ", ".")}@example.com`;
}
