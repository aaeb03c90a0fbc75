import { Form, Link } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { Button } from "~/ui/button";
import { Field } from "~/ui/field";
import { SelectField } from "~/ui/select-field";

type FiltersProps = {
  filters: { kind: string; actor: string; user: string; run: string; from: string; to: string };
  kinds: readonly { value: string; label: string }[];
  actors: readonly { value: string; name: string; hasLeft: boolean }[];
};

/** The filters, which are in the address of the page. */
export function Filters({ filters, kinds, actors }: FiltersProps) {
  const { kind, actor, user, run, from, to } = filters;
  const isFiltered = Object.values(filters).some((value) => value !== "");
  const key = Object.values(filters).join("|");
  const noteFocus = useFocusKept(key);
  return (
    <Form
      key={key}
      onFocus={noteFocus}
      role="search"
      aria-label="Filter the activity"
      className="grid grid-cols-2 items-end gap-3 md:grid-cols-3 xl:grid-cols-[repeat(5,minmax(0,1fr))_auto]"
    >
      {run !== "" && <input type="hidden" name="run" value={run} />}
      <SelectField
        id="activity-kind"
        name="kind"
        label="What"
        defaultValue={kind}
        choices={[["", "Everything"], ...kinds.map(({ value, label }) => [value, label] as const)]}
      />
      <SelectField
        id="activity-actor"
        name="actor"
        label="By"
        defaultValue={actor}
        choices={[
          ["", "All"],
          ...actors.map(({ value, name, hasLeft }) => [value, hasLeft ? `${name} (left)` : name] as const),
        ]}
      />
      <Field
        id="activity-user"
        name="user"
        label="User"
        placeholder="id"
        defaultValue={user}
        autoComplete="off"
      />
      <Field id="activity-from" name="from" label="From" type="date" defaultValue={from} />
      <Field id="activity-to" name="to" label="To" type="date" defaultValue={to} />
      <div className="flex items-center gap-3">
        <Button type="submit" id="activity-filter" className="h-10 sm:h-9">
          Filter
        </Button>
        {isFiltered && (
          <Link to="/activity" className="rounded text-table text-accent hover:underline">
            Clear
          </Link>
        )}
      </div>
    </Form>
  );
}

/** The form is drawn anew when a filter is set: what had the focus in it has it again. */
function useFocusKept(key: string) {
  const last = useRef("");
  const drawn = useRef(key);
  useEffect(() => {
    if (drawn.current === key) return;
    drawn.current = key;
    if (document.activeElement === document.body)
      document.getElementById(last.current)?.focus({ preventScroll: true });
  }, [key]);
  return ({ target }: { target: Element }) => {
    last.current = target.id;
  };
}
