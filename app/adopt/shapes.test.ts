import type pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readCatalog } from "~/mapping/catalog.server";
import { checkMapping } from "~/mapping/check-mapping";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { openApplications } from "~/mapping/testing/application";
import { compareRows, lookAt, recordOwners } from "./testing/shapes/look";
import { createOwners, toRecorded } from "./testing/shapes/owners";
import type { Shape } from "./testing/shapes/shape";
import { SHAPES } from "./testing/shapes/shapes";
import { toWritten } from "./testing/shapes/written";

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

const now = Math.floor(Date.now() / 1000);

// Nights in which the clocks of Berlin and of New York go back, and forward.
const NIGHTS = [
  "2026-10-25T00:30:00Z",
  "2026-11-01T05:30:00Z",
  "2027-03-14T06:30:00Z",
  "2027-03-28T00:30:00Z",
];

for (const zone of ["Europe/Berlin", "America/New_York"])
  it(`times without a zone are those of UTC where the database is in ${zone}, also when the clocks change`, async () => {
    for (const name of ["shadcn-ui/taxonomy", "laravel/cashier-stripe", "documenso/documenso"]) {
      const shape = SHAPES[name];
      if (!shape) throw new Error(name);
      await applications.run(shape.tables, shape.mapping, async ({ client, write }) => {
        await client.query(`SET LOCAL TimeZone = '${zone}'`);
        const { mapping } = await check(client, shape);
        const owners = NIGHTS.flatMap((night) => [
          night,
          night.replace(":30:", ":59:"),
          night.replace("T0", "T1"),
        ]).flatMap((night, index) =>
          createOwners(shape, {
            now: Date.parse(night) / 1000 - 20 * 86_400 + 10 * index + 1,
            count: 10 * index + 1,
          }).slice(-1),
        );
        await client.query("SAVEPOINT empty");
        await recordOwners(client, shape, toRecorded(owners, "truth"));
        const right = await lookAt(client, shape);
        const records = owners.flatMap((owner) => toWritten(mapping, owner));
        expect(await write(...records)).toBe(0);
        await client.query("ROLLBACK TO empty");
        await recordOwners(client, shape, toRecorded(owners, "recorded"));
        expect(await write(...records)).toBeGreaterThan(0);
        expect(compareRows(await lookAt(client, shape), right)).toEqual({ access: [], billing: [] });
      });
    }
  });

for (const [name, shape] of Object.entries(SHAPES))
  it(`${name}: the mapping makes every owner right by the application's own rule, and writes nothing twice`, () =>
    applications.run(shape.tables, shape.mapping, async ({ client, write }) => {
      const { mapping, findings } = await check(client, shape);
      expect(findings).toEqual([]);
      const owners = createOwners(shape, { now });
      await client.query("SAVEPOINT empty");
      await recordOwners(client, shape, toRecorded(owners, "truth"));
      const right = await lookAt(client, shape);
      await client.query("ROLLBACK TO empty");
      await recordOwners(client, shape, toRecorded(owners, "recorded"));
      const before = await lookAt(client, shape);
      expect(compareRows(before, right).billing.length).toBeGreaterThan(50);

      const records = owners.flatMap((owner) => toWritten(mapping, owner));
      await write(...records);
      const after = await lookAt(client, shape);
      expect(compareRows(after, right)).toEqual({ access: [], billing: [] });
      expect(after.untouched).toEqual(before.untouched);
      expect(await write(...records)).toBe(0);
    }));

async function check(client: pg.Client, shape: Shape) {
  const parsed = parseMapping(shape.mapping);
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const findings = checkMapping(parsed.mapping, await readCatalog(client, parsed.mapping));
  return { mapping: parsed.mapping, findings: findings.filter(({ isWarning }) => !isWarning) };
}
