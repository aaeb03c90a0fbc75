import { describe, expect, it } from "vitest";
import { catalogueOf, claimsToKeep, planOfPrice } from "./plans";
import { ARMY, armyItem, CATALOGUE, STARTER, starterItem, unknownItem } from "./testing/observations";

describe("a plan", () => {
  it("claims a price by its lookup key or by its id", () => {
    expect(planOfPrice(CATALOGUE, starterItem())).toEqual(STARTER);
    expect(planOfPrice(CATALOGUE, armyItem())).toEqual(ARMY);
    const byId = catalogueOf([ARMY], [{ planId: "army", priceId: "price_other", lookupKey: null }]);
    expect(planOfPrice(byId, unknownItem())).toEqual(ARMY);
  });

  it("is never guessed", () => {
    expect(planOfPrice(CATALOGUE, unknownItem())).toBeNull();
    expect(planOfPrice(CATALOGUE, unknownItem({ lookupKey: "army_monthly" }))).toBeNull();
  });

  it("keeps a price whose lookup key moved to another plan: the id wins", () => {
    const catalogue = catalogueOf(
      [STARTER, ARMY],
      [
        { planId: "starter", priceId: "price_old", lookupKey: null },
        { planId: "army", priceId: null, lookupKey: "army_yearly" },
      ],
    );
    expect(planOfPrice(catalogue, armyItem({ priceId: "price_old" }))).toEqual(STARTER);
  });

  it("that does not exist claims nothing", () => {
    const catalogue = catalogueOf([], [{ planId: "army", priceId: "price_army", lookupKey: "army_yearly" }]);
    expect(planOfPrice(catalogue, armyItem())).toBeNull();
  });
});

describe("a price once seen under a claimed lookup key", () => {
  it("is to be claimed by its id, once", () => {
    expect(claimsToKeep(CATALOGUE, [armyItem(), armyItem({ id: "si_2" }), starterItem()])).toEqual([
      { planId: "army", priceId: "price_army", lookupKey: null },
      { planId: "starter", priceId: "price_starter", lookupKey: null },
    ]);
  });

  it("is nothing new when its id is claimed already, or its key by nobody", () => {
    const catalogue = catalogueOf(
      [ARMY],
      [
        { planId: "army", priceId: "price_army", lookupKey: null },
        { planId: "army", priceId: null, lookupKey: "army_yearly" },
      ],
    );
    expect(claimsToKeep(catalogue, [armyItem(), unknownItem(), starterItem()])).toEqual([]);
  });

  it("stays claimed when the lookup key moves to a new price", () => {
    const claims = claimsToKeep(CATALOGUE, [armyItem()]);
    const later = catalogueOf([ARMY], claims);
    expect(planOfPrice(later, armyItem({ lookupKey: null }))).toEqual(ARMY);
  });
});
