import { expect, it } from "vitest";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { answerQuestion } from "./answer-question";
import type { Proposal, Question } from "./proposal";

function propose(): Proposal {
  const parsed = parseMapping(`
version: 1
tables:
  owners:
    - { as: users, table: users, key: id, fields: { customer: users.cus, status: users.state } }
    - { as: teams, table: teams, key: id, fields: { customer: teams.cus } }
  subscriptions: { table: subs, owner: user_id, insert: false }
fields: { email: users.email, plan: subscriptions.plan }
plans:
  pro: { prices: [price_a] }
access: { by: plan }
`);
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const { document } = parsed;
  return {
    document,
    ...{ comments: new Map(), questions: [], planTable: null, remarks: [], unmapped: [] },
  };
}

const answer = (question: Question, typed: string) =>
  answerQuestion({ ...propose(), questions: [question] }, question, typed);
const question = (path: string, rest: Partial<Question> = {}): Question => ({
  path: path.split("."),
  text: "?",
  ...rest,
});

it("takes a value as the file has it, adds a section to what is proposed, and says what cannot be taken", () => {
  expect(answer(question("plans"), "team: { prices: [price_b] }")).toMatchObject({
    is: "answered",
    proposal: {
      questions: [],
      document: { plans: { pro: { prices: ["price_a"] }, team: { prices: ["price_b"] } } },
    },
  });
  expect(answer(question("plans"), "team: { prices: [price_a] }")).toEqual({
    is: "wrong",
    problem: expect.stringContaining("price_a is also in the plan"),
  });
  expect(answer(question("plans"), "team: [")).toMatchObject({ is: "wrong" });
  expect(answer(question("tables.subscriptions.insert"), "true")).toMatchObject({
    proposal: { document: { tables: { subscriptions: { insert: true } } } },
  });
});

it("yes keeps or changes what is proposed, no takes it away, and nothing leaves it for later", () => {
  const path = ["tables", "owners", "0", "fields", "status"];
  const place = question(path.join("."), { yes: [], no: [{ path, value: undefined }] });
  for (const typed of ["", " ", "later"]) expect(answer(place, typed)).toEqual({ is: "open" });
  expect(answer(place, "maybe")).toMatchObject({ is: "wrong" });
  expect(answer(place, "Yes")).toMatchObject({ is: "answered", proposal: { document: propose().document } });
  const removed = answer(place, "no");
  if (removed.is !== "answered") throw new Error(removed.is);
  const [users] = [removed.proposal.document.tables.owners].flat();
  expect(users).toEqual({ as: "users", table: "users", key: "id", fields: { customer: "users.cus" } });
  // What no takes away must leave a file that can be read.
  const needed = { path: ["tables", "owners", "1", "fields", "customer"], value: undefined };
  expect(answer({ ...place, no: [needed] }, "no")).toMatchObject({ is: "wrong" });
  expect(answer(question("access.by", { yes: [] }), "no")).toEqual({ is: "open" });
});
