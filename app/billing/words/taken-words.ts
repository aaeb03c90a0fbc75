import { TAKEN, type Taken } from "~/billing/evaluation/taken";
import { SEAT_LABEL } from "~/billing/seat-label";

type TakenWords = {
  /** "Lost access". */
  noun: string;
  /** Before it is taken. */
  title: string;
  /** On the button that asks first, without its dots, and on the one that takes it. */
  action: string;
  question: (name: string) => string;
  /** "Jane loses access." */
  effect: (name: string) => string;
  /** In a history, and beside a user of a run. */
  done: string;
};

const seats = SEAT_LABEL.many;

/** What is said of a revocation, by what it takes. */
export const TAKEN_WORDS: Record<Taken, TakenWords> = {
  access: {
    noun: "access",
    title: "This takes access away",
    action: "Remove access",
    question: (name) => `Remove access of ${name}?`,
    effect: (name) => `${name} loses access.`,
    done: "Access taken",
  },
  seats: {
    noun: seats,
    title: `This takes ${seats} away, and access stays`,
    action: `Remove ${seats}`,
    question: (name) => `Remove ${seats} of ${name}?`,
    effect: (name) => `${name} gets fewer ${seats}.`,
    done: `Fewer ${seats}`,
  },
  plan: {
    noun: "the recorded plan",
    title: "This takes the recorded plan, and access stays",
    action: "Remove plan",
    question: (name) => `Remove the plan of ${name}?`,
    effect: (name) => `${name} loses the recorded plan.`,
    done: "Plan taken",
  },
  period: {
    noun: "the later end",
    title: "This ends the access earlier",
    action: "Set earlier end",
    question: (name) => `Set an earlier end for ${name}?`,
    effect: (name) => `${name} gets an earlier end.`,
    done: "Earlier end",
  },
  status: {
    noun: "the recorded status",
    title: "This takes the recorded status only",
    action: "Remove status",
    question: (name) => `Remove the status of ${name}?`,
    effect: (name) => `${name} loses the recorded status.`,
    done: "Status taken",
  },
};

/** "access or soldiers": what is taken from several users. An older run did not keep it. */
export function listTaken(taken: readonly Taken[]): string {
  if (taken.length === 0) return `access or ${seats}`;
  return TAKEN.filter((one) => taken.includes(one))
    .map((one) => TAKEN_WORDS[one].noun)
    .join(" or ");
}
