import { formatMoney } from "~/billing/money";
import type { WriteMode } from "~/billing/policy";
import { VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import { pluralize } from "~/billing/words/counts";
import type { Effect, EffectGroup } from "~/engine/decisions/effect";

/** What a decision changes, in sentences: access first, then the verdicts, then what stands in the way of writing it. */
export function describeEffect(effect: Effect, writeMode: WriteMode): string[] {
  const { gaining, losing, verdicts, users, evaluated } = effect;
  const lines = [
    ...(gaining.users > 0 ? [`${describeGroup(gaining)} ${verb(gaining, "gain")} access.`] : []),
    ...(losing.users > 0 ? [`${describeGroup(losing)} ${verb(losing, "lose")} access.`] : []),
    ...verdicts.map(
      (one) =>
        `${pluralize(one.users, "user")}: ${VERDICT_CATALOGUE[one.before].label} → ${VERDICT_CATALOGUE[one.after].label}.`,
    ),
  ];
  if (lines.length === 0) lines.push("No user’s access or status changes.");
  if (evaluated < users)
    lines.push(`Evaluated for the first ${pluralize(evaluated, "user")} of ${pluralize(users, "user")}.`);
  const changes = gaining.users + losing.users > 0;
  if (changes && writeMode === "off") lines.push("Repairs are paused: the users’ records are not changed.");
  if (losing.users > 0 && writeMode === "grant_only")
    lines.push("Parity only grants access now: no access is taken until an admin allows revocations.");
  return lines;
}

const verb = ({ users }: EffectGroup, word: string) => (users === 1 ? `${word}s` : word);

function describeGroup({ users, perMonth }: EffectGroup): string {
  const money = perMonth.map((one) => formatMoney(one.perMonth, one.currency)).join(" + ");
  return `${pluralize(users, "user")}${money && ` (${money} a month)`}`;
}
