import { Link, useFetcher, useNavigate } from "@remix-run/react";
import { ChevronDown, X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { isVerdict, type Verdict } from "~/billing/verdicts/catalogue";
import { formatCount } from "~/billing/words/counts";
import { FACETS, type FacetCounts, type FacetName } from "~/dashboard/facets/facet-names";
import { addDays, type DayRange } from "~/dashboard/health/trend";
import { NONE } from "~/dashboard/users-list/filters";
import {
  buildUsersSearch,
  type FilterChoice,
  listFilterChoices,
  type UsersQuery,
  usersPath,
} from "~/dashboard/users-list/users-query";
import { classNames } from "~/ui/class-names";
import { useNow } from "~/ui/format/now";
import { formatDay } from "~/ui/format/relative-time";
import { MenuButton } from "~/ui/menu/menu-button";
import { Shape } from "~/ui/status/shape";
import { chooseTone, toneText } from "~/ui/status/tone";

type FilterBarProps = { query: UsersQuery; plans: { id: string; name: string }[] };

/** The filters of the list. All of them are in the URL. */
export function FilterBar({ query, plans }: FilterBarProps) {
  const navigate = useNavigate();
  return (
    <div className="-mx-4 flex gap-2 overflow-x-auto px-4 py-0.5 sm:mx-0 sm:flex-wrap sm:overflow-visible sm:px-0">
      {listFilterChoices(query).map((filter) => (
        <Filter
          key={filter.name}
          name={filter.label}
          choices={listOptions(filter, plans)}
          chosen={filter.chosen}
          chooseOne={filter.choose === "one"}
          facet={FACETS.find((facet) => facet === filter.name) ?? null}
          search={buildUsersSearch({ ...query, page: null }).toString()}
          onChange={(values) => navigate(filter.buildPath(values), { preventScrollReset: true })}
        />
      ))}
      {query.found !== null && <FoundChip query={query} range={query.found} />}
    </div>
  );
}

/** Only what was found in these days; a press ends it. */
function FoundChip({ query, range: { from, to } }: { query: UsersQuery; range: DayRange }) {
  const { seconds } = useNow();
  const format = (day: string) => formatDay(Date.parse(`${day}T00:00:00Z`) / 1000, seconds);
  const last = addDays(to, -1);
  return (
    <Link
      to={usersPath(query, { found: null })}
      preventScrollReset
      className="inline-flex h-9 shrink-0 items-center gap-1.5 rounded border border-accent bg-accent-soft px-2.5 text-table text-accent sm:h-8"
    >
      Found {from === last ? format(from) : `${format(from)} to ${format(last)}`}
      <X className="size-3.5" aria-hidden="true" />
      <span className="sr-only">, remove this filter</span>
    </Link>
  );
}

function listOptions(
  { name, options, labels }: FilterChoice,
  plans: FilterBarProps["plans"],
): { id: string; label: ReactNode }[] {
  const planOptions = plans.map(({ id, name }) => ({ id, label: name }));
  if (options === "plans") return [...planOptions, { id: NONE, label: labels?.[NONE] ?? NONE }];
  return options.map((id) => {
    const label = labels?.[id] ?? id;
    const hasTone = name === "verdicts" && isVerdict(id);
    return { id, label: hasTone ? <VerdictLabel verdict={id}>{label}</VerdictLabel> : label };
  });
}

function VerdictLabel({ verdict, children }: { verdict: Verdict; children: ReactNode }) {
  return (
    <span className="flex items-center gap-2">
      <span className={toneText[chooseTone(verdict)]}>
        <Shape tone={chooseTone(verdict)} />
      </span>
      {children}
    </span>
  );
}

type FilterProps = {
  name: string;
  choices: { id: string; label: ReactNode }[];
  chosen: readonly string[];
  chooseOne: boolean;
  /** Its values are counted when the menu is about to open; null for one whose values are not. */
  facet: FacetName | null;
  search: string;
  onChange: (chosen: string[]) => void;
};

function Filter({ name, choices, chosen, chooseOne, facet, search, onChange }: FilterProps) {
  const counts = useFetcher<{ counts: FacetCounts | null }>();
  const asked = useRef<string | null>(null);
  const count = () => {
    if (facet === null || asked.current === search) return;
    asked.current = search;
    counts.load(`/users/facets?${new URLSearchParams({ facet })}&${search}`);
  };
  const found = counts.data?.counts;
  const toggle = (id: string) => {
    if (chosen.includes(id)) onChange(chosen.filter((one) => one !== id));
    else onChange(chooseOne ? [id] : [...chosen, id]);
  };
  return (
    <MenuButton
      onNear={count}
      className={classNames(
        "inline-flex h-9 shrink-0 items-center gap-1.5 rounded border px-2.5 text-table sm:h-8",
        chosen.length > 0
          ? "border-accent bg-accent-soft text-accent"
          : "border-edge bg-raised text-ink hover:bg-hover",
      )}
      items={choices.map(({ id, label }) => ({
        kind: "check",
        id,
        label: found ? <Counted users={found[id] ?? 0}>{label}</Counted> : label,
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

/** A value of a filter with its number of users. */
function Counted({ users, children }: { users: number; children: ReactNode }) {
  return (
    <span className="flex flex-1 items-start justify-between gap-4">
      <span>{children}</span>
      <span className={users === 0 ? "text-faint tabular-nums" : "text-quiet tabular-nums"}>
        {formatCount(users)}
      </span>
    </span>
  );
}
