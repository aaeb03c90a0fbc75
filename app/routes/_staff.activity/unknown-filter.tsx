import { ButtonLink } from "~/ui/button";
import { EmptyState } from "~/ui/empty-state";
import { describeUnknown } from "../_staff/describe-unknown";

type UnknownFilterProps = {
  unknown: { param: string; label: string; value: string }[];
  /** All filters of the page. */
  search: URLSearchParams;
};

/** In the place of the list, where the address has a filter that means nothing. */
export function UnknownFilter({ unknown, search }: UnknownFilterProps) {
  const params = new Set(unknown.map(({ param }) => param));
  const known = new URLSearchParams([...search].filter(([param]) => !params.has(param)));
  return (
    <EmptyState
      title="This list has a filter that Parity does not know"
      action={
        <ButtonLink to={known.size === 0 ? "/activity" : `/activity?${known}`}>
          Show the list without it
        </ButtonLink>
      }
    >
      {describeUnknown({ unknown })} Nothing is shown, because everything would not be what was asked for.
    </EmptyState>
  );
}
