import { formatPermission, PERMISSIONS } from "~/stripe/permissions/catalogue";
import { defineCheck, type Finding, ok, problem, unknown, warning } from "../check";
import { compareClocks } from "./database.server";

const account = defineCheck({
  id: "account",
  group: "stripe",
  title: "Account",
  needs: "stripe",
  async look({ guard }) {
    const answer = await guard.check();
    if (answer.ok) {
      const { accountId, livemode } = answer.binding;
      return [ok(`${accountId}, ${livemode ? "live" : "test"} mode, as the database is bound.`)];
    }
    return [problem(answer.message, answer.remedy)];
  },
});

/** What the keys may do, asked of Stripe with a cheap request each. */
const permissions = defineCheck({
  id: "permissions",
  group: "stripe",
  title: "Permissions",
  needs: "stripe",
  async look({ stripe, checkout }) {
    const asked = PERMISSIONS.filter(({ key }) => key === "secret" || checkout !== null);
    const found = await Promise.all(
      asked.map(async (permission): Promise<Finding> => {
        const { key, without, isNecessary, id } = permission;
        const result = await (key === "checkout" && checkout ? checkout : stripe).probe(permission);
        const variable = key === "secret" ? "STRIPE_SECRET_KEY" : "STRIPE_CHECKOUT_KEY";
        const name = `${formatPermission(permission)} (${variable})`;
        if (result.state === "granted") return ok(`${name}.`);
        if (result.state === "unknown")
          return unknown(`${name}: Stripe gave no clear answer.`, "Look again later.");
        const text = `${name} is missing${isNecessary ? "" : " (optional)"}. ${without}`;
        const remedy = `In Stripe, edit the key of ${variable} and give it “${formatPermission(permission)}”.`;
        // Nothing else is missing without it.
        if (id === "account") return ok(text);
        return isNecessary ? problem(text, remedy) : warning(text, remedy);
      }),
    );
    if (checkout !== null) return found;
    return [
      ...found,
      ok("STRIPE_CHECKOUT_KEY is not set: the customer pages of Parity sell nothing and open no portal."),
    ];
  },
});

const stripeClock = defineCheck({
  id: "stripe_clock",
  group: "stripe",
  title: "Stripe’s clock",
  needs: "stripe",
  async look({ stripe }, { surroundings }) {
    const { stripeTime } = await stripe.probe(PERMISSIONS[0]);
    if (stripeTime === null) return [unknown("Stripe did not say what time it is.", "Look again later.")];
    return [compareClocks(surroundings.now() - stripeTime, "Stripe’s")];
  },
});

export const STRIPE_CHECKS = [account, permissions, stripeClock];
