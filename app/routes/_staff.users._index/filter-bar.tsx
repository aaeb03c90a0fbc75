import { useNavigate } from "@remix-run/react";
import { ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { FLAGS, VERDICTS } from "~/billing/verdicts";
import { CHECKED, type Checked, NONE, type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { classNames } from "~/ui/class-names";
import { MenuButton } from "~/ui/menu/menu-button";
import { Shape } from "~/ui/status/shape";
import { toneOf, toneText } from "~/ui/status/tone";
import { capital, FLAG_WORDS, VERDICT_WORDS } from "~/ui/status/words";
import { STRIPE_STATUSES } from "./stripe-statuses";

const CHECKED_WORDS: Record<Checked, string> = {
  never: "Never checked",
  stale: "More than 24 hours ago",
  hour: "Within the hour",
  day: "Within 24 hours",
};

type FilterBarProps = { query: UsersQuery; plans: { id: string; name: string }[] };

/** What narrows the list down; all of it in the address. */
export function FilterBar({ query, plans }: FilterBarProps) {
  const navigate = useNavigate();
  const change = (some: Partial<UsersQuery>) =>
    navigate(usersPath(query, some), { preventScrollReset: true });
  const verdicts = VERDICTS.map((verdict) => ({
    id: verdict,
    label: (
      <span className="flex items-center gap-2">
        <span className={toneText[toneOf(verdict)]}>
          <Shape tone={toneOf(verdict)} />
        </span>
        {capital(VERDICT_WORDS[verdict])}
      </span>
    ),
  }));
  const withNone = (values: { id: string; label: ReactNode }[], none: string) => [
    ...values,
    { id: NONE, label: none },
  ];
  return (
    <div className="-mx-4 flex gap-2 overflow-x-auto px-4 py-0.5 sm:mx-0 sm:flex-wrap sm:overflow-visible sm:px-0">
      <Filter
        name="Verdict"
        choices={verdicts}
        chosen={query.verdicts}
        onChange={(chosen) => change({ verdicts: VERDICTS.filter((one) => chosen.includes(one)) })}
      />
      <Filter
        name="Flags"
        choices={FLAGS.map((flag) => ({ id: flag, label: capital(FLAG_WORDS[flag]) }))}
        chosen={query.flags}
        onChange={(chosen) => change({ flags: FLAGS.filter((one) => chosen.includes(one)) })}
      />
      <Filter
        name="Plan"
        choices={withNone(
          plans.map(({ id, name }) => ({ id, label: name })),
          "No plan",
        )}
        chosen={query.plans}
        onChange={(plans) => change({ plans })}
      />
      <Filter
        name="Stripe"
        choices={withNone(
          STRIPE_STATUSES.map((status) => ({ id: status, label: status })),
          "No subscription",
        )}
        chosen={query.statuses}
        onChange={(statuses) => change({ statuses })}
      />
      <Filter
        name="Checked"
        choices={CHECKED.map((checked) => ({ id: checked, label: CHECKED_WORDS[checked] }))}
        chosen={query.checked ? [query.checked] : []}
        onChange={(chosen) =>
          change({ checked: CHECKED.find((one) => one !== query.checked && chosen.includes(one)) ?? null })
        }
      />
    </div>
  );
}

type FilterProps = {
  name: string;
  choices: { id: string; label: ReactNode }[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
};

function Filter({ name, choices, chosen, onChange }: FilterProps) {
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <MenuButton
      className={classNames(
        "inline-flex h-9 shrink-0 items-center gap-1.5 rounded border px-2.5 text-table sm:h-8",
        chosen.length > 0
          ? "border-accent bg-accent-soft text-accent"
          : "border-edge bg-raised text-ink hover:bg-hover",
      )}
      items={choices.map(({ id, label }) => ({
        kind: "check",
        id,
        label,
        checked: chosen.includes(id),
        onToggle: () => toggle(id),
      }))}
    >
      {name}
      {chosen.length > 0 && (
        <span className="tabular-nums">
          <span aria-hidden="true">· </span>
          {chosen.length}
        </span>
      )}
      <ChevronDown className="size-3.5 opacity-60" aria-hidden="true" />
    </MenuButton>
  );
}
