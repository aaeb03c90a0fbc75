import { describe, expect, it } from "vitest";
import { buildCatalogue, findPlan, listNewMappings } from "./plans";
import { ARMY, anArmyItem, anUnmappedItem, aStarterItem, CATALOGUE, STARTER } from "./testing/observations";

describe("a plan", () => {
  it("is found for a price by its lookup key or by its id", () => {
    expect(findPlan(CATALOGUE, aStarterItem())).toEqual(STARTER);
    expect(findPlan(CATALOGUE, anArmyItem())).toEqual(ARMY);
    const byId = buildCatalogue([ARMY], [{ planId: "army", priceId: "price_other", lookupKey: null }]);
    expect(findPlan(byId, anUnmappedItem())).toEqual(ARMY);
  });

  it("is never guessed", () => {
    expect(findPlan(CATALOGUE, anUnmappedItem())).toBeNull();
    expect(findPlan(CATALOGUE, anUnmappedItem({ lookupKey: "army_monthly" }))).toBeNull();
  });

  it("keeps a price whose lookup key moved to another plan: the id wins", () => {
    const catalogue = buildCatalogue(
      [STARTER, ARMY],
      [
        { planId: "starter", priceId: "price_old", lookupKey: null },
        { planId: "army", priceId: null, lookupKey: "army_yearly" },
      ],
    );
    expect(findPlan(catalogue, anArmyItem({ priceId: "price_old" }))).toEqual(STARTER);
  });

  it("that does not exist gets no price", () => {
    const catalogue = buildCatalogue(
      [],
      [{ planId: "army", priceId: "price_army", lookupKey: "army_yearly" }],
    );
    expect(findPlan(catalogue, anArmyItem())).toBeNull();
  });
});

describe("a price once seen under a mapped lookup key", () => {
  it("is mapped by its id, once", () => {
    expect(listNewMappings(CATALOGUE, [anArmyItem(), anArmyItem({ id: "si_2" }), aStarterItem()])).toEqual([
      { planId: "army", priceId: "price_army", lookupKey: null },
      { planId: "starter", priceId: "price_starter", lookupKey: null },
    ]);
  });

  it("is not mapped again when its id is mapped already, nor when no plan has its key", () => {
    const catalogue = buildCatalogue(
      [ARMY],
      [
        { planId: "army", priceId: "price_army", lookupKey: null },
        { planId: "army", priceId: null, lookupKey: "army_yearly" },
      ],
    );
    expect(listNewMappings(catalogue, [anArmyItem(), anUnmappedItem(), aStarterItem()])).toEqual([]);
  });

  it("stays mapped when the lookup key moves to a new price", () => {
    const mappings = listNewMappings(CATALOGUE, [anArmyItem()]);
    const later = buildCatalogue([ARMY], mappings);
    expect(findPlan(later, anArmyItem({ lookupKey: null }))).toEqual(ARMY);
  });
});
