import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { foldEmail } from "./email";
import { PATIENT, withRuns } from "./testing/arbitraries";

describe("folding an email address", () => {
  it("makes upper and lower case of A to Z equal", () => {
    expect(foldEmail("Ada.LOVELACE+x@Example.COM")).toBe("ada.lovelace+x@example.com");
  });

  it("leaves everything else alone: Unicode folding makes different addresses equal", () => {
    // The Kelvin sign, a long s, a dotted I and a German ß, which folding all of Unicode turns into k, s, i̇ and ss.
    for (const address of ["\u212a@x.io", "\u017f@x.io", "\u0130@x.io", "stra\u00dfe@x.io", "\u00c9@x.io"])
      expect(foldEmail(address)).toBe(address);
  });
});

describe("PostgreSQL", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('folds the same way by lower(x COLLATE "C")', PATIENT, async () => {
    const letters = fc.constantFrom(..."azAZ@[`{09._+-éÉßẞıİſKΣςσÅÅ😀ǅ\u0301");
    const addresses = fc.sample(
      fc.oneof(fc.string({ unit: letters }), fc.string({ unit: "binary", maxLength: 8 })),
      withRuns(500).numRuns,
    );
    const storable = addresses.filter((address) => !address.includes("\0"));
    const rows = await database.db.$queryRaw<{ address: string; folded: string }[]>`
      SELECT address, lower(address COLLATE "C") AS folded FROM unnest(${storable}::text[]) AS address`;
    expect(rows).toHaveLength(storable.length);
    for (const { address, folded } of rows) expect(foldEmail(address)).toBe(folded);
  });
});
