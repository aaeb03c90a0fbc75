import { access, writeFile } from "node:fs/promises";
import type { AdoptionTools } from "~/adopt/open-adoption.server";
import { answerQuestion } from "~/adopt/propose/answer-question";
import type { Proposal, Question } from "~/adopt/propose/proposal";
import { writeMapping } from "~/adopt/propose/write-mapping";
import { pluralize } from "~/billing/words/counts";
import { type Ask, EXIT, type ExitCode } from "~/cli/command";
import type { Line, Out } from "~/cli/out";

/** `ask` null: questions are left for the file. */
type Tools = { tools: AdoptionTools; out: Out; ask: Ask | null };
type Given = { file: string; force: boolean; answer: readonly { path: string; typed: string }[] };

/** Proposes the mapping, asks what only a person knows, and writes the file. */
export async function proposeMappingFile({ tools, out, ask }: Tools, given: Given): Promise<ExitCode> {
  const { file, force } = given;
  // Said before questions are asked, not after them.
  if (!force && (await isThere(file))) return failThere(out, file);
  const facts = await tools.readFacts();
  const { columnCount, tableCount, obstacles = [], file: proposed } = await tools.propose(facts);
  const looked = `Looked at ${pluralize(columnCount, "column")} of ${pluralize(tableCount, "table")}.`;
  if (!proposed) {
    out.fail(
      "nothing_found",
      [
        ...[looked, ...obstacles],
        ...(obstacles.length === 0
          ? ["None holds ids of Stripe’s (cus_…, sub_…), so that nothing could be proposed."]
          : []),
        "Write the mapping by hand: docs/adopting.md.",
      ].join(" "),
    );
    return EXIT.failed;
  }
  const flagged = applyFlags(proposed.proposal, given, out);
  if (flagged === null) return EXIT.usage;
  const decided = ask === null ? flagged : await askQuestions(flagged, { out, ask });
  const isWritten = await writeFile(file, writeMapping(decided), { flag: force ? "w" : "wx" }).then(
    () => true,
    () => false,
  );
  if (!isWritten) return failThere(out, file);
  const open = decided.questions.map((question) => ({ path: toPath(question), text: question.text }));
  out.answer(
    {
      file,
      columns: columnCount,
      tables: tableCount,
      subscriptions: facts?.subscriptionCount ?? null,
      questions: open,
    },
    () => [
      looked,
      facts
        ? `Stripe: ${pluralize(facts.subscriptionCount, "subscription")}.`
        : "Stripe was not asked: without STRIPE_SECRET_KEY the words for plans and statuses are guessed from the records.",
      `Wrote ${file}.`,
      ...open.map(({ path, text: asked }): Line => [{ text: "?", tone: "review" }, path, asked]),
      open.length > 0
        ? `${pluralize(open.length, "question")} to decide, marked “# ?” in the file. Correct the file, or answer with --answer ${open[0]?.path}=…`
        : "No questions are open.",
      "Next: npm run parity -- adopt --check",
    ],
  );
  return open.length > 0 ? EXIT.mismatches : EXIT.done;
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

function failThere(out: Out, file: string): ExitCode {
  out.fail(
    "file_exists",
    `${file} is there already, or cannot be written. Give --force to replace it, or --file.`,
  );
  return EXIT.failed;
}

const toPath = ({ path }: Question): string => path.join(".");

/** The answers of the command line; null where one cannot be taken. */
function applyFlags(proposal: Proposal, { answer }: Given, out: Out): Proposal | null {
  let decided = proposal;
  for (const { path, typed } of answer) {
    const asked = decided.questions.filter((question) => toPath(question) === path);
    if (asked.length === 0) out.note(`Nothing is asked about ${path}.`);
    for (const question of asked) {
      const answered = answerQuestion(decided, question, typed);
      if (answered.is === "wrong") {
        out.fail("answer", `--answer ${path}: ${answered.problem}\n${question.text}`);
        return null;
      }
      if (answered.is === "answered") decided = answered.proposal;
    }
  }
  return decided;
}

/** Asks each question until the answer can be taken, or is left for later. */
async function askQuestions(proposal: Proposal, { out, ask }: { out: Out; ask: Ask }): Promise<Proposal> {
  let decided = proposal;
  for (const question of proposal.questions) {
    const how = question.yes ? "yes, no, or Enter for later" : "A value as in the file, or Enter for later";
    const prompt = `\n${toPath(question)}: ${question.text}\n${how}: `;
    out.progress(null);
    for (;;) {
      const typed = await ask(prompt);
      // Without a terminal there is no person to ask.
      if (typed === null) return decided;
      const answered = answerQuestion(decided, question, typed);
      if (answered.is === "wrong") {
        out.note(answered.problem);
        continue;
      }
      if (answered.is === "answered") decided = answered.proposal;
      break;
    }
  }
  return decided;
}
