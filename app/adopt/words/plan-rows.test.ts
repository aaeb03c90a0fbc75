import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readCatalog } from "~/mapping/catalog.server";
import { checkMapping } from "~/mapping/check-mapping";
import { parseMapping } from "~/mapping/parse-mapping.server";
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

it("the mapping of the example in the documents is this one, and fits", async () => {
  const document = readFileSync(
    new URL("../../../docs/examples/adopting-organizations.md", import.meta.url),
    "utf8",
  );
  const [, shown = ""] = /```yaml example\n([\s\S]*?)```/.exec(document) ?? [];
  const parsed = parseMapping(shown);
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const proposed = parseMapping((await learn("SELECT 1")).text);
  if ("problems" in proposed) throw new Error(JSON.stringify(proposed.problems));
  expect(Object.keys(proposed.mapping.fields).sort()).toEqual(Object.keys(parsed.mapping.fields).sort());
  expect(proposed.mapping.tables).toEqual(parsed.mapping.tables);
  await applications.withTables(APPLICATIONS.planRows, async (client) => {
    expect(checkMapping(parsed.mapping, await readCatalog(client, parsed.mapping))).toEqual([]);
  });
});
