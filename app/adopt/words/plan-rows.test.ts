import { afterAll, beforeAll, expect, it } from "vitest";
import { openApplications } from "~/mapping/testing/application";
import { proposeMapping } from "../propose/propose-mapping";
import { writeMapping } from "../propose/write-mapping";
import { scanDatabase } from "../scan/scan-database.server";
import { APPLICATIONS } from "../testing/applications";
import { learnWords } from "./learn-words.server";

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

async function learn(change: string): Promise<{ text: string; plans: unknown; questions: string[] }> {
  const found: { text: string; plans: unknown; questions: string[] }[] = [];
  await applications.withTables(`${APPLICATIONS.planRows}; ${change}`, async (client) => {
    const proposal = proposeMapping(await scanDatabase(client));
    if (!proposal) throw new Error("Nothing was proposed");
    const learned = await learnWords(client, { proposal, facts: null });
    const questions = learned.questions.map(({ text }) => text);
    found.push({ text: writeMapping(learned), plans: learned.document.plans, questions });
  });
  const [one] = found;
  if (!one) throw new Error("Nothing was learned");
  return one;
}

it("a plan that is the key of a row is called as its row, and bought with the price of that row", async () => {
  const { text, plans, questions } = await learn("SELECT 1");
  expect(plans).toEqual({
    basic: { word: "1", name: "Basic", prices: ["price_a"] },
    studio: { word: "2", name: "Studio", prices: ["price_b"] },
  });
  expect(questions).toContainEqual(
    expect.stringContaining("3, which is partner (1): no price buys this plan"),
  );
  expect(text).toContain(
    'studio: { word: "2", name: Studio, prices: [ price_b ] }  # so says the row studio',
  );
});

it("rows that say the same leave it to a person, and so do rows of one name", async () => {
  const { plans, questions } = await learn(
    "UPDATE billing_plan SET stripe_price_id = 'price_a', code = 'basic' || id, name = 'Basic' WHERE id < 3",
  );
  expect(plans).toBeUndefined();
  expect(questions).toContainEqual(expect.stringContaining("Which prices buy which plan?"));
  const { plans: named } = await learn(
    "ALTER TABLE billing_plan DROP COLUMN code; UPDATE billing_plan SET name = 'Pro'",
  );
  expect(named).toEqual({
    "1": { name: "Pro", prices: ["price_a"] },
    "2": { name: "Pro", prices: ["price_b"] },
  });
});
