import { formatDay } from "~/billing/dates";
import type { DoublePayment } from "~/billing/double-payment";
import { formatMoney } from "~/billing/money";
import type { EpochSeconds, Reversal } from "~/billing/observation";
import { FLAG_CATALOGUE, type Flag } from "~/billing/verdicts/flags";
import { pluralize } from "~/billing/words/counts";
import { describeReversal } from "~/billing/words/reversal";

/** Who decided it, when and why. */
type Decided = { by: string; at: EpochSeconds; reason: string };

/** What stands beside the verdict, as a sentence. */
export type FlagNote = {
  flag: Flag;
  label: string;
  sentence: string;
  /** Who decided it, when and why; null where no person did. */
  decided: Decided | null;
};

export type FlagFacts = {
  flags: readonly Flag[];
  hold: Decided | null;
  comps: readonly (Decided & { planName: string; until: EpochSeconds })[];
  acknowledgement: Decided | null;
  reversals: readonly Reversal[];
  doublePayment: DoublePayment | null;
  /** Why access is not revoked. */
  blockedSentence: string | null;
};

/** Everything that is to be known beside the verdict, with who decided it, since when and why. */
export function describeFlags(facts: FlagFacts): FlagNote[] {
  return facts.flags.flatMap((flag) =>
    describeFlag(flag, facts).map((note) => ({ flag, label: FLAG_CATALOGUE[flag].label, ...note })),
  );
}

type Note = Pick<FlagNote, "sentence" | "decided"> & { label?: string };

function describeFlag(flag: Flag, facts: FlagFacts): Note[] {
  const { sentence } = FLAG_CATALOGUE[flag];
  switch (flag) {
    case "on_hold":
      return [{ sentence, decided: facts.hold }];
    case "acknowledged":
      return [{ sentence, decided: facts.acknowledgement }];
    case "comped":
      if (facts.comps.length === 0) return [{ sentence, decided: null }];
      return facts.comps.map(({ planName, until, ...decided }) => ({
        sentence: `${planName} is given for free until ${formatDay(until)}.`,
        decided,
      }));
    case "refunded":
    case "disputed": {
      const kind = flag === "refunded" ? "refund" : "dispute";
      const ours = facts.reversals.filter((reversal) => reversal.kind === kind);
      if (ours.length === 0) return [{ sentence, decided: null }];
      return ours.map((reversal) => ({
        sentence: `${describeReversal(reversal)}. Access stays as the subscription’s status says.`,
        decided: null,
      }));
    }
    case "several": {
      if (facts.doublePayment === null) return [{ sentence, decided: null }];
      return [{ ...describeDoublePayment(facts.doublePayment), decided: null }];
    }
    case "not_revoked":
      return [{ sentence: facts.blockedSentence ?? sentence, decided: null }];
    default:
      return [{ sentence, decided: null }];
  }
}

function describeDoublePayment({ subscriptionIds, extra, since }: DoublePayment) {
  const money = extra.map((one) => `${formatMoney(one.perMonth, one.currency)} a month`).join(" and ");
  const cost = money === "" ? "" : ` The others cost ${money}.`;
  return {
    label: "Paying twice",
    sentence: `${pluralize(subscriptionIds.length, "subscription")} are being paid since ${formatDay(since)}, and only one decides access.${cost} Cancel or refund what is not needed in Stripe.`,
  };
}
