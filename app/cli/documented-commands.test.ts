import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "~/platform/root.server";
import { createDemo, type Demo, runOn } from "./testing/cli";

// Every command of ours that a sentence or a table of a document names, as `parity sync <user>`, run on the demo. What stands in
// blocks is run word for word by documented-commands.built.test.ts in app/server.

const DOCUMENTS = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md"],
  ...readdirSync(path.join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const COMMAND = /`(?:parity|npm run parity --|node build\/parity\/cli\.js) ([a-z][^`]*)`/g;

/** Named in a sentence without what it needs, or not for a demo. */
const NAMED = new Set(["adopt", "audit", "bind", "sync"]);
const NOT_IN_A_DEMO = /^adopt --/;

let demo: Demo;
let values: Record<string, string> = {};
beforeAll(async () => {
  demo = await createDemo();
  await runOn(demo, "sync --all");
  await runOn(demo, "staff add --email eva@example.com --name Eva --role viewer");
  const [run, price] = await Promise.all([
    demo.db.run.findFirstOrThrow({ where: { scope: "full" } }),
    runOn(demo, "plans list --json"),
  ]);
  values = {
    "<user>": await findUser("unpaid_access"),
    "<id>": run.id,
    "<price>": JSON.parse(price.stdout).unmapped[0].priceId,
    "<plan>": "army",
    "<email>": "eva@example.com",
    "<role>": "operator",
    "<key> <value>": "graceDays 5",
    "<day>": "2031-01-31",
    "…": "on-call",
  };
});
afterAll(() => demo.close());

async function findUser(verdict: string): Promise<string> {
  return (await demo.db.syncStatus.findFirstOrThrow({ where: { verdict } })).userId;
}

const shown = [
  ...new Set(
    DOCUMENTS.flatMap((file) =>
      [...readFileSync(path.join(ROOT, file), "utf8").matchAll(COMMAND)].map(([, command = ""]) => command),
    ),
  ),
]
  // The table of docs/command-line.md shows forms with alternatives: `complete.test.ts` has each of them.
  .filter((command) => !/[|[]/.test(command));

it("are found, also those of the runbook", () => {
  expect(shown).toContain("plans map <price> <plan> --reason …");
  expect(shown.length).toBeGreaterThan(20);
});

it.each(shown.filter((command) => !NAMED.has(command) && !NOT_IN_A_DEMO.test(command)))(
  "%s is a command that can be given",
  async (command) => {
    const line = Object.entries(values).reduce((text, [name, value]) => text.replace(name, value), command);
    expect(line, "a placeholder without a value").not.toMatch(/[<>…]/);
    const { code, stderr } = await runOn(demo, line.split(" "));
    // Some find nothing to do in the demo; none is a mistake in the arguments, or a bug.
    expect({ code, stderr }, line).toEqual({ code: expect.toBeOneOf([0, 1, 3]), stderr });
    expect(stderr).not.toMatch(/\n\s+at |Use [a-z]+|There is no command/);
  },
);
