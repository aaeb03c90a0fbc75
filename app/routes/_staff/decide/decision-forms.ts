import { SEAT_LABEL } from "~/billing/seat-label";
import type { DecisionKind } from "~/engine/decisions/kinds";

/** A list of what can be chosen on this page. */
export type ChoiceList = "plans" | "matches" | "contested" | "claimants" | "prices" | "users";

/** What a person enters for a decision besides the reason. */
export type DecisionField =
  | {
      name: string;
      label: string;
      type: "choice";
      from: ChoiceList;
      orText?: true;
      hint?: string;
      /** Asked although the page is about one of them, who stands there at first. */
      isAlwaysAsked?: true;
    }
  | { name: string; label: string; type: "day"; days: number }
  | { name: string; label: string; type: "text"; hint?: string; inputMode?: "numeric" };

type DecisionWords = {
  /** What is asked; `name` is that of the user or payer. */
  question: (name: string) => string;
  /** The button that decides. */
  confirm: string;
  fields: DecisionField[];
  /** It may take access from a user. */
  isDangerous?: true;
};

const PLAN: DecisionField = { name: "planId", label: "Plan", type: "choice", from: "plans" };
const PRICE: DecisionField = {
  ...{ name: "price", label: "What", type: "choice", from: "prices", orText: true },
  hint: "A price (price_…), all prices of a product (prod_…), or a lookup key.",
};

/** How each decision is asked for. */
export const DECISION_FORMS: Record<DecisionKind, DecisionWords> = {
  hold: { question: (name) => `Put ${name} on hold?`, confirm: "Put on hold", fields: [] },
  release: { question: (name) => `Release the hold of ${name}?`, confirm: "Release hold", fields: [] },
  give_comp: {
    question: (name) => `Give ${name} free access?`,
    confirm: "Give free access",
    fields: [PLAN, { name: "until", label: "Last day", type: "day", days: 30 }],
  },
  end_comp: {
    question: (name) => `End the free access of ${name}?`,
    confirm: "End free access",
    fields: [],
    isDangerous: true,
  },
  acknowledge: { question: (name) => `Leave ${name} as it is?`, confirm: "Acknowledge", fields: [] },
  end_acknowledgement: { question: (name) => `Take ${name} up again?`, confirm: "Take up again", fields: [] },
  confirm_link: {
    question: (name) => `Link a Stripe customer to ${name}?`,
    confirm: "Link customer",
    fields: [
      {
        ...{ name: "customerId", label: "Stripe customer", type: "choice", from: "matches", orText: true },
        hint: "The customer’s id, cus_…",
      },
    ],
  },
  reject_link: {
    question: (name) => `Is this customer not ${name}?`,
    confirm: "Not the same person",
    fields: [{ name: "customerId", label: "Stripe customer", type: "choice", from: "matches" }],
  },
  settle_conflict: {
    question: () => "Whose Stripe customer is it?",
    confirm: "Decide",
    fields: [
      { name: "contested", label: "Customer or subscription", type: "choice", from: "contested" },
      {
        ...{ name: "userId", label: "Belongs to", type: "choice", from: "claimants", isAlwaysAsked: true },
        hint: "The user’s ID or email address. A search for the customer lists all who claim it.",
      },
    ],
  },
  link_payer: {
    question: (name) => `Link ${name} to a user?`,
    confirm: "Link to this user",
    fields: [
      {
        ...{ name: "userId", label: "User", type: "choice", from: "users", orText: true },
        hint: "Their email address or user ID.",
      },
    ],
  },
  payer_not_ours: {
    question: (name) => `Is ${name} not a customer of this application?`,
    confirm: "Not ours",
    fields: [],
  },
  payer_ours: { question: (name) => `List ${name} again?`, confirm: "List again", fields: [] },
  map_price: {
    question: () => "Which plan does this price give?",
    confirm: "Map price",
    fields: [PRICE, PLAN],
  },
  ignore_price: { question: () => "Ignore this price?", confirm: "Ignore price", fields: [PRICE] },
  unmap_price: { question: () => "Unmap this price?", confirm: "Unmap price", fields: [PRICE] },
  set_plan: {
    question: (name) => (name === "" ? "A new plan" : `Change ${name}?`),
    confirm: "Save plan",
    fields: [
      { name: "planId", label: "ID", type: "text", hint: "As your application records the plan." },
      { name: "name", label: "Name", type: "text" },
      {
        ...{ name: "seats", label: SEAT_LABEL.title, type: "text", inputMode: "numeric" },
        hint: "What the plan includes. A plan with 0 gives no access.",
      },
    ],
  },
  revoke: {
    question: (name) => `Remove access of ${name}?`,
    confirm: "Remove access",
    fields: [],
    isDangerous: true,
  },
  override: {
    question: (name) => `Remove access of ${name} without proof?`,
    confirm: "Remove access",
    fields: [],
    isDangerous: true,
  },
  undo_change: { question: (name) => `Undo “${name}”?`, confirm: "Undo", fields: [] },
  undo_run: { question: (name) => `Undo “${name}”?`, confirm: "Undo", fields: [] },
  undo_decision: { question: (name) => `Undo “${name}”?`, confirm: "Undo", fields: [] },
};
