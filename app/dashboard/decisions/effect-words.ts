import { formatMoney } from "~/billing/money";
import type { WriteMode } from "~/billing/policy";
import { SEAT_LABEL } from "~/billing/seat-label";
import { VERDICT_CATALOGUE, type Verdict } from "~/billing/verdicts/catalogue";
import { pluralize } from "~/billing/words/counts";
import type { Effect, EffectGroup } from "~/engine/decisions/effect";

/** What a decision changes, in sentences: access first, then the verdicts, then what stands in the way of writing it. */
export function describeEffect(effect: Effect, writeMode: WriteMode): string[] {
  const { gaining, moreSeats, losing, fewerSeats, less, waiting, denied, held, verdicts, users, evaluated } =
    effect;
  const say = (group: EffectGroup, one: string, many: string) =>
    group.users === 0 ? [] : [`${describeGroup(group)} ${group.users === 1 ? one : many}.`];
  const seats = SEAT_LABEL.many;
  const loses = losing.users + fewerSeats.users + less.users > 0;
  // What takes something stays as it is while Parity only grants access.
  const isWritten = writeMode === "full" || (writeMode === "grant_only" && !loses);
  const lines = [
    ...say(gaining, "gains access", "gain access"),
    ...say(moreSeats, `gets more ${seats}`, `get more ${seats}`),
    ...say(losing, "loses access", "lose access"),
    ...say(fewerSeats, `gets fewer ${seats}`, `get fewer ${seats}`),
    ...say(less, "loses a recorded plan, status or later end", "lose a recorded plan, status or later end"),
    ...say(waiting, "keeps access until a person decides", "keep access until a person decides"),
    ...say(denied, "is not given access any more", "are not given access any more"),
    ...verdicts
      .filter(({ before, after }) => before !== after)
      .map(({ before, after, ...one }) => {
        const until = isWritten && isRepaired(after) ? ", until the repair" : "";
        return `${pluralize(one.users, "user")}: ${VERDICT_CATALOGUE[before].label} → ${VERDICT_CATALOGUE[after].label}${until}.`;
      }),
  ];
  if (held > 0)
    lines.push(
      `${pluralize(held, "user is", "users are")} on hold: nothing is written for ${held === 1 ? "this user" : "them"} until the hold is released.`,
    );
  if (lines.length === 0) lines.push("No user’s access or status changes.");
  if (evaluated < users)
    lines.push(`Evaluated for the first ${pluralize(evaluated, "user")} of ${pluralize(users, "user")}.`);
  const changes = gaining.users + moreSeats.users > 0 || loses;
  if (changes && writeMode === "off") lines.push("Repairs are paused: the users’ records are not changed.");
  if (loses && writeMode === "grant_only")
    lines.push("Parity only grants access now: nothing is taken until an admin allows revocations.");
  return lines;
}

/** What is not right only because nothing has been written yet. Whether unpaid access ends is not certain. */
const isRepaired = (verdict: Verdict): boolean =>
  VERDICT_CATALOGUE[verdict].class === "repair" && verdict !== "unpaid_access";

function describeGroup({ users, perMonth }: EffectGroup): string {
  const money = perMonth.map((one) => formatMoney(one.perMonth, one.currency)).join(" + ");
  return `${pluralize(users, "user")}${money && ` (${money} a month)`}`;
}
