import { useNavigate } from "@remix-run/react";
import { ArrowDownUp } from "lucide-react";
import { SORT_CHOICES } from "~/dashboard/users-list/columns";
import { type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { MenuButton } from "~/ui/menu/menu-button";
import { toolClasses } from "./table-look";

/** The order of the list, at every width: cards have no column headers, and some orders have no column. */
export function SortMenu({ query }: { query: UsersQuery }) {
  const navigate = useNavigate();
  const isChosen = ({ sort, reversed }: (typeof SORT_CHOICES)[number]) =>
    sort === query.sort && reversed === query.reversed;
  return (
    <MenuButton
      className={toolClasses}
      align="end"
      items={SORT_CHOICES.map((choice) => ({
        kind: "choice",
        id: choice.label,
        label: choice.label,
        chosen: isChosen(choice),
        onChoose: () =>
          navigate(usersPath(query, { sort: choice.sort, reversed: choice.reversed }), {
            preventScrollReset: true,
          }),
      }))}
    >
      <ArrowDownUp className="size-3.5 opacity-60" aria-hidden="true" />
      <span className="sr-only">Sort: </span>
      {SORT_CHOICES.find(isChosen)?.label ?? "Sort"}
    </MenuButton>
  );
}
