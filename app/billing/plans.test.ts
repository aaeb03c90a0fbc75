import { describe, expect, it } from "vitest";
import { buildCatalogue, findMapping, findPlan, listNewMappings } from "./plans";
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

describe("what a price is mapped to", () => {
  const mapping = { planId: null, priceId: null, lookupKey: null, productId: null };
  const soldiers = { productId: "prod_soldiers" };

  it("is the plan of its product; the lookup key and the price id say it more precisely", () => {
    const rows = [
      { ...mapping, planId: "starter", productId: "prod_soldiers" },
      { ...mapping, planId: "army", lookupKey: "army_yearly" },
      { ...mapping, planId: "starter", priceId: "price_promo" },
    ];
    const catalogue = buildCatalogue([STARTER, ARMY], rows);
    expect(findMapping(catalogue, anUnmappedItem(soldiers))).toEqual(STARTER);
    expect(findMapping(catalogue, anArmyItem(soldiers))).toEqual(ARMY);
    expect(findMapping(catalogue, anArmyItem({ ...soldiers, priceId: "price_promo" }))).toEqual(STARTER);
    expect(findMapping(catalogue, anUnmappedItem())).toBeUndefined();
  });

  it("is nothing of ours when the price is ignored, even in a product that is mapped, and the other way round", () => {
    const catalogue = buildCatalogue(
      [STARTER],
      [
        { ...mapping, planId: "starter", productId: "prod_soldiers" },
        { ...mapping, priceId: "price_gift" },
        { ...mapping, productId: "prod_news" },
        { ...mapping, planId: "starter", priceId: "price_bundle" },
      ],
    );
    expect(findMapping(catalogue, anUnmappedItem({ ...soldiers, priceId: "price_gift" }))).toBeNull();
    expect(findMapping(catalogue, anUnmappedItem({ productId: "prod_news" }))).toBeNull();
    const bundle = anUnmappedItem({ productId: "prod_news", priceId: "price_bundle" });
    expect(findMapping(catalogue, bundle)).toEqual(STARTER);
  });

  it("is not known any more when its plan was deleted: never ignored", () => {
    const catalogue = buildCatalogue([], [{ ...mapping, planId: "army", priceId: "price_army" }]);
    expect(findMapping(catalogue, anArmyItem())).toBeUndefined();
  });

  it("of an ignored price stays so when a plan has its lookup key", () => {
    const catalogue = buildCatalogue(
      [ARMY],
      [
        { ...mapping, priceId: "price_army" },
        { ...mapping, planId: "army", lookupKey: "army_yearly" },
      ],
    );
    expect(listNewMappings(catalogue, [anArmyItem()])).toEqual([]);
    expect(findMapping(catalogue, anArmyItem())).toBeNull();
  });
});
