import type { MappingDocument } from "~/mapping/mapping.server";
import type { Proposal, Question } from "../propose/proposal";
import type { LearnedPlans } from "./learn-plans";
import type { LearnedStatuses } from "./learn-statuses";
import type { PlanRow } from "./read-plan-rows.server";

export type Learned = {
  /** Null where the application keeps none. */
  statuses: LearnedStatuses | null;
  plans: LearnedPlans | null;
  /** The application's own table of plans; empty where it has none. */
  planRows: readonly PlanRow[];
  /** With how often each named the right owner; null where Stripe was not asked. */
  metadataKeys: readonly (readonly [key: string, count: number])[] | null;
};

/** Adds the application's words to a proposal, and asks about those that nothing explains. */
export function addWords(proposal: Proposal, { statuses, plans, planRows, metadataKeys }: Learned): Proposal {
  const comments = new Map(proposal.comments);
  const questions: Question[] = [...proposal.questions];
  const document: MappingDocument = { ...proposal.document };
  if (statuses) {
    addStatuses(document, statuses, { comments, questions });
    askForLate(document, statuses, questions);
  }
  if (plans) addPlans(document, { learned: plans, planRows }, { comments, questions });
  if (metadataKeys && metadataKeys.length > 0) {
    document.metadataKeys = metadataKeys.map(([key]) => key);
    comments.set(
      "metadataKeys",
      metadataKeys.map(([key, count]) => `${key} named the owner ${count} times`).join("; "),
    );
  }
  return { ...proposal, document, comments, questions };
}

type Notes = { comments: Map<string, string>; questions: Question[] };

function addStatuses(
  document: MappingDocument,
  learned: LearnedStatuses,
  { comments, questions }: Notes,
): void {
  const { words, cancelScheduled, reasons, unknown, guessed } = learned;
  const status: NonNullable<MappingDocument["status"]> = {};
  if (words) {
    status.words = Object.fromEntries(
      [...words].map(([word, all]) => [word, all.length === 1 ? (all[0] ?? word) : [...all]]),
    );
    for (const word of words.keys())
      comments.set(`status.words.${word}`, reasons.get(word) ?? "by its spelling");
  }
  if (cancelScheduled !== null) status.cancelScheduled = cancelScheduled;
  if (words || cancelScheduled !== null || unknown.length > 0) document.status = status;
  for (const word of new Set(guessed.map(([, guess]) => guess))) {
    const statuses = guessed.flatMap(([status, guess]) => (guess === word ? [status] : []));
    questions.push({
      path: ["status", "words"],
      text: `Is ${word} also the word for ${statuses.join(", ")}? No owner taught it.`,
      yes: [],
    });
  }
  if (unknown.length > 0)
    questions.push({
      path: ["status"],
      text: `${describeCounts(unknown)}: nothing in Stripe explains ${unknown.length === 1 ? "this status" : "these statuses"}. Access given by hand? Then byHand: [${unknown.map(([word]) => JSON.stringify(word)).join(", ")}]. Until it is decided they are kept.`,
      yes: [{ path: ["status", "byHand"], value: unknown.map(([word]) => word) }],
    });
}

/** Whether a late payment lets an owner in is the application's own rule: neither its records nor Stripe say it. */
function askForLate(document: MappingDocument, { words }: LearnedStatuses, questions: Question[]): void {
  if (typeof document.access === "object" && document.access.by !== "status") return;
  const findWord = (status: string) =>
    words ? [...words].find(([, statuses]) => statuses.includes(status))?.[0] : status;
  const late = findWord("past_due");
  const scheduled = document.status?.cancelScheduled;
  const others = [...new Set([findWord("active"), findWord("trialing"), scheduled])].filter(
    (word) => word !== undefined,
  );
  if (late === undefined || others.includes(late)) return;
  const path = ["status", "access"];
  questions.push({
    path,
    text: `Which statuses let an owner in? Does ${late}? Yes: access: [${[...others, late].join(", ")}]; no: access: [${others.join(", ")}]. Until it is said, writing ${late} over a status with access counts as taking access.`,
    yes: [{ path, value: [...others, late] }],
    no: [{ path, value: others }],
  });
}

type Plans = { learned: LearnedPlans; planRows: readonly PlanRow[] };

function addPlans(
  document: MappingDocument,
  { learned, planRows }: Plans,
  { comments, questions }: Notes,
): void {
  const { plans, none, onEnd, unknown, withoutWord } = learned;
  const holds = typeof document.plan === "object" ? document.plan.holds : undefined;
  if (holds !== "price")
    document.plan = {
      ...document.plan,
      ...(none === undefined ? {} : { none }),
      ...(onEnd === "none" && hasPlan(document) ? { onEnd } : {}),
    };
  if (Object.keys(document.plan ?? {}).length === 0) delete document.plan;
  if (plans.size > 0)
    document.plans = Object.fromEntries(
      [...plans].map(([word, { prices, products }]) => [
        toPlanId(word, planRows),
        {
          ...describeRow(word, planRows),
          ...(prices.length > 0 ? { prices: [...prices] } : {}),
          ...(products.length > 0 ? { products: [...products] } : {}),
        },
      ]),
    );
  for (const [word, { reason }] of plans) comments.set(`plans.${toPlanId(word, planRows)}`, reason);
  if (plans.size > 0 && withoutWord.length > 0)
    questions.push({ path: ["plans"], text: `What do these prices buy? ${withoutWord.join(", ")}` });
  if (plans.size === 0 && none !== undefined && holds !== "price")
    questions.push({
      path: ["plan", "none"],
      text: `Is ${none} the word for no plan? No payment in Stripe says so.`,
      ...{ yes: [], no: [{ path: ["plan", "none"], value: undefined }] },
    });
  if (plans.size === 0)
    questions.push({
      path: ["plans"],
      text: `Which prices buy which plan? Without plans no payment gives access.${withoutWord.length > 0 ? ` In use: ${withoutWord.join(", ")}.` : ""}`,
    });
  if (unknown.length > 0)
    questions.push({
      path: ["plan"],
      text: `${describeCounts(unknown, planRows)}: no price buys ${unknown.length === 1 ? "this plan" : "these plans"}. Given by hand? Then byHand: [${unknown.map(([word]) => JSON.stringify(word)).join(", ")}]. Until it is decided they are kept.`,
      yes: [{ path: ["plan", "byHand"], value: unknown.map(([word]) => word) }],
    });
}

/** Without a column for the plan there is nothing to empty at the end. */
const hasPlan = ({ fields, tables }: MappingDocument): boolean =>
  fields.plan !== undefined || [tables.owners].flat().some((kind) => "fields" in kind && kind.fields?.plan);

/** A plan is called as its row calls it, unless two rows are called the same. */
function toPlanId(word: string, rows: readonly PlanRow[]): string {
  const label = rows.find((row) => row.word === word)?.label ?? word;
  return rows.filter((row) => row.label === label).length > 1 ? word : label;
}

function describeRow(word: string, rows: readonly PlanRow[]): { word?: string; name?: string } {
  const id = toPlanId(word, rows);
  const name = rows.find((row) => row.word === word)?.name ?? id;
  return { ...(id === word ? {} : { word }), ...(name === id ? {} : { name }) };
}

const describeCounts = (
  words: readonly (readonly [string, number])[],
  rows: readonly PlanRow[] = [],
): string =>
  words
    .map(([word, count]) => {
      const id = toPlanId(word, rows);
      return id === word ? `${word} (${count})` : `${word}, which is ${id} (${count})`;
    })
    .join(", ");
