import { z } from "zod";
import { formatSeats } from "~/billing/seat-label";
import { pluralize } from "~/billing/words/counts";
import { type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import { formatStakes } from "~/cli/words";
import type { PlansView } from "~/dashboard/plans-view.server";
import type { MappedTo, MappingRow, PriceName } from "~/engine/account/price-mappings.server";
import { makeDecision } from "./decide/make-decision";

const USAGE =
  "Use plans list, plans map <price> <plan>, plans ignore <price>, plans unmap <price> or plans set <plan>.";

const positionals = z.array(z.string());
const typed = z.object({
  positionals,
  reason: z.string().trim().min(1).max(500).optional(),
  name: z.string().trim().min(1).max(100).optional(),
  seats: z
    .string()
    .regex(/^\d{1,6}$/, "--seats is a whole number of 0 or more.")
    .optional(),
  lookup: z.boolean().default(false),
  preview: z.boolean().default(false),
});

/** `price_…` and `prod_…` say themselves what they are; a lookup key may look like anything. */
function readName(value: string, isLookupKey: boolean): PriceName | null {
  if (isLookupKey) return { kind: "lookupKey", value };
  if (value.startsWith("prod_")) return { kind: "productId", value };
  // Prices that were made as plans, before 2020, have ids of any form.
  return /^(price|plan)_/.test(value) ? { kind: "priceId", value } : null;
}

const input = typed.transform(
  ({ positionals: [what = "list", first, second, ...rest], ...options }, context) => {
    const refuse = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    const { reason: given = null, preview } = options;
    const reason = given ?? (preview ? "" : null);
    if (rest.length > 0) return refuse(`Unexpected argument: ${rest.join(" ")}.`);
    if (what === "list" && first === undefined) return { what: "list" as const };
    if (first === undefined) return refuse(USAGE);
    if (reason === null) return refuse('Say why: --reason "…". It is kept with the change.');
    if (what === "set") {
      if (second !== undefined || options.seats === undefined)
        return refuse("Use plans set <plan> --seats <number> [--name <name>].");
      const plan = { id: first, name: options.name ?? null, seats: Number(options.seats) };
      return { what: "set" as const, plan, reason, preview };
    }
    const name = readName(first, options.lookup);
    if (name === null)
      return refuse(`${first} is not a price_… or prod_… id. For a lookup key add --lookup.`);
    if (what === "map" && second !== undefined)
      return { what: "map" as const, name, to: second, reason, preview };
    if (what === "ignore" && second === undefined && name.kind === "lookupKey")
      return refuse("A lookup key moves between prices. Ignore the price or the product.");
    if (what === "ignore" && second === undefined)
      return { what: "map" as const, name, to: null, reason, preview };
    if (what === "unmap" && second === undefined)
      return { what: "map" as const, name, to: undefined, reason, preview };
    return refuse(USAGE);
  },
);

export const plans = defineCommand({
  name: "plans",
  usage: [
    "plans list",
    "plans map <price_… | prod_… | key --lookup> <plan> --reason <text> [--preview]",
    "plans ignore <price_… | prod_…> --reason <text> [--preview]",
    "plans unmap <price_… | prod_… | key --lookup> --reason <text> [--preview]",
    "plans set <plan> --seats <number> [--name <name>] --reason <text> [--preview]",
  ],
  summary: "show plans and prices, and decide which price belongs to which plan",
  help: [
    "list: the plans, what is mapped to them or ignored, and the prices of open subscriptions that are not mapped.",
    "map: subscriptions with this price have the plan. A price says more than a lookup key, and that more than a product.",
    "ignore: this is not ours, such as a newsletter. Such a subscription is shown and never counts.",
    "unmap: forget the mapping. Nothing is changed for users who pay such a price until it is mapped again.",
    "set: create a plan, or change its seats and name. A plan with 0 seats gives no access.",
    "--reason: why; it is kept with the change. Users with such a price are evaluated again, and synced by the next run.",
    "--preview: say which users’ access it would change, and change nothing.",
  ],
  options: {
    reason: { type: "string" },
    name: { type: "string" },
    seats: { type: "string" },
    lookup: { type: "boolean" },
    preview: { type: "boolean" },
  },
  input,
  run(context, request) {
    switch (request.what) {
      case "list":
        return listPlans(context);
      case "set":
        return setPlan(context, request.plan, request);
      case "map":
        return mapPrice(context, request.name, request.to, request);
    }
  },
});

async function listPlans({ parity, out }: CommandContext): Promise<ExitCode> {
  const view = await parity.plans.list();
  out.answer(view, () => formatPlans(view));
  return EXIT.done;
}

const nameMapping = ({ priceId, lookupKey, productId }: MappingRow) =>
  priceId ?? (lookupKey === null ? (productId ?? "") : `lookup key ${lookupKey}`);

function formatPlans({ plans: all, mappings, unmapped }: PlansView): Line[] {
  const lines: Line[] = all.map(({ id, name, seats }) => {
    const own = mappings.filter(({ planId }) => planId === id).map(nameMapping);
    return [id, name, formatSeats(seats), own.join(", ") || "no price"];
  });
  const ignored = mappings.filter(({ planId }) => planId === null).map(nameMapping);
  if (ignored.length > 0) lines.push("", `Ignored: ${ignored.join(", ")}`);
  if (unmapped.length === 0)
    return [...lines, "", "Every price of an open subscription is mapped or ignored."];
  lines.push("", "Not mapped, in open subscriptions:");
  for (const { priceId, productId, price, subscriptions, perMonth } of unmapped)
    lines.push([
      `  ${priceId}`,
      productId ?? "",
      price,
      pluralize(subscriptions, "subscription"),
      formatStakes(perMonth) ?? "",
    ]);
  return lines;
}

function mapPrice(
  context: CommandContext,
  { kind, value }: PriceName,
  to: MappedTo,
  typed: { reason: string; preview: boolean },
): Promise<ExitCode> {
  const name = { [kind]: value };
  if (to === undefined) return makeDecision(context, { kind: "unmap_price", input: name }, typed);
  if (to === null) return makeDecision(context, { kind: "ignore_price", input: name }, typed);
  return makeDecision(context, { kind: "map_price", input: { ...name, planId: to } }, typed);
}

async function setPlan(
  context: CommandContext,
  { id, name, seats }: { id: string; name: string | null; seats: number },
  typed: { reason: string; preview: boolean },
): Promise<ExitCode> {
  const known = (await context.parity.plans.list()).plans.find((plan) => plan.id === id);
  const input = { planId: id, name: name ?? known?.name ?? id, seats };
  return makeDecision(context, { kind: "set_plan", input }, typed);
}
