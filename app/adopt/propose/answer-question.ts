import { parse, stringify } from "yaml";
import { parseMapping } from "~/mapping/parse-mapping.server";
import type { Edit, Proposal, Question } from "./proposal";

/** `open`: left for later. `wrong`: the answer cannot be taken, and why. */
export type Answered =
  | { is: "answered"; proposal: Proposal }
  | { is: "open" }
  | { is: "wrong"; problem: string };

const YES = /^(y|yes)$/i;
const NO = /^(n|no)$/i;

/** The proposal with a question answered, by what a person typed. Nothing typed leaves it for later. */
export function answerQuestion(proposal: Proposal, question: Question, typed: string): Answered {
  const text = typed.trim();
  if (text === "" || /^later$/i.test(text)) return { is: "open" };
  const edits = question.yes ? chooseEdits(question, text) : readValue(question, text);
  if (edits === null)
    return {
      is: "wrong",
      problem: question.yes ? "Answer yes, no or later." : "This is no value of the file.",
    };
  if (edits.length === 0 && NO.test(text) && question.yes) return { is: "open" };
  const changed = edits.reduce<unknown>(
    (document, edit) => applyEdit(document, edit.path, edit),
    proposal.document,
  );
  const parsed = parseMapping(stringify(changed));
  if ("problems" in parsed)
    return {
      is: "wrong",
      problem: parsed.problems.map(({ path, message }) => `${path} ${message}`).join("; "),
    };
  const questions = proposal.questions.filter((one) => one !== question);
  return { is: "answered", proposal: { ...proposal, document: parsed.document, questions } };
}

function chooseEdits({ yes, no }: Question, text: string): readonly Edit[] | null {
  if (YES.test(text)) return yes ?? [];
  return NO.test(text) ? (no ?? []) : null;
}

function readValue({ path }: Question, text: string): readonly Edit[] | null {
  try {
    return [{ path, value: parse(text) }];
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** Sections that are typed are added to what is proposed; anything else takes its place. */
function applyEdit(
  document: unknown,
  [name, ...rest]: readonly string[],
  { value }: Pick<Edit, "value">,
): unknown {
  if (name === undefined) return isObject(document) && isObject(value) ? { ...document, ...value } : value;
  if (Array.isArray(document))
    return document.map((one, index) => (String(index) === name ? applyEdit(one, rest, { value }) : one));
  const inner = isObject(document) ? document : {};
  const { [name]: before, ...others } = inner;
  const after = applyEdit(before, rest, { value });
  return after === undefined ? others : { ...others, [name]: after };
}
