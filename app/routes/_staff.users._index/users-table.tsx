import { createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { COLUMNS } from "~/dashboard/users-list/columns";
import type { UsersQuery } from "~/dashboard/users-list/users-query";
import type { UserView } from "~/dashboard/views";
import { classNames } from "~/ui/class-names";
import { DatabaseSays } from "../_staff/user/database-says";
import { Difference } from "../_staff/user/difference";
import { RowAction } from "../_staff/user/row-action";
import { StripeSays } from "../_staff/user/stripe-says";
import { CheckedCell, CustomerCell, SinceCell } from "./cells";
import { ariaSort, SortLink } from "./sort-link";

const features = tableFeatures({});
const helper = createColumnHelper<typeof features, UserView>();

const columns = helper.columns([
  helper.display({ id: "customer", cell: ({ row }) => <CustomerCell user={row.original} /> }),
  helper.display({
    id: "stripe",
    cell: ({ row }) => <StripeSays stripe={row.original.stripe} known={row.original.observedAt !== null} />,
  }),
  helper.display({ id: "database", cell: ({ row }) => <DatabaseSays database={row.original.database} /> }),
  helper.display({ id: "difference", cell: ({ row }) => <Difference user={row.original} /> }),
  helper.display({ id: "since", cell: ({ row }) => <SinceCell user={row.original} /> }),
  helper.display({ id: "checked", cell: ({ row }) => <CheckedCell user={row.original} /> }),
  helper.display({ id: "action", cell: ({ row }) => <RowAction user={row.original} /> }),
]);

const heads = new Map(COLUMNS.map((column) => [column.id as string, column]));

/**
 * Users, Stripe's word beside the database's. A table on a wide screen; on a narrow one each row is a card.
 */
export function UsersTable({ users, query, busy }: { users: UserView[]; query: UsersQuery; busy: boolean }) {
  const table = useTable({ features, columns, data: users, getRowId: (user) => user.userId });
  return (
    <table aria-label="Users" aria-busy={busy} className="block w-full text-table lg:table lg:table-fixed">
      <thead className="sr-only lg:not-sr-only lg:table-header-group">
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id} className="border-b border-line text-left text-small text-quiet">
            {group.headers.map(({ id }) => {
              const column = heads.get(id);
              return (
                <th
                  key={id}
                  scope="col"
                  aria-sort={column && ariaSort(column, query)}
                  style={{ width: column?.width ?? "92px" }}
                  className="py-2 pr-3 font-medium first:pl-2"
                >
                  {column ? (
                    <SortLink column={column} query={query} />
                  ) : (
                    <span className="sr-only">Action</span>
                  )}
                </th>
              );
            })}
          </tr>
        ))}
      </thead>
      <tbody className="block lg:table-row-group">
        {table.getRowModel().rows.map((row) => (
          <tr
            key={row.id}
            className="grid grid-cols-2 gap-x-4 gap-y-2 border-b border-line py-3 hover:bg-hover lg:table-row lg:py-0"
          >
            {row.getAllCells().map((cell) => (
              <td
                key={cell.id}
                className={classNames(
                  "min-w-0 lg:table-cell lg:py-2 lg:pr-3 lg:align-top lg:first:pl-2",
                  cards[cell.column.id],
                )}
              >
                {labelled.has(cell.column.id) && (
                  <span className="block text-small text-faint lg:hidden">
                    {heads.get(cell.column.id)?.label}
                  </span>
                )}
                <table.FlexRender cell={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Cells that on a card, where the heads are out of sight, say what they are. */
const labelled = new Set(["stripe", "database"]);

/** Where a cell stands on the card. */
const cards: Record<string, string> = {
  customer: "order-1 col-span-2",
  difference: "order-2 col-span-2",
  stripe: "order-3",
  database: "order-4",
  since: "order-5",
  checked: "order-6",
  action: "order-7 col-span-2 lg:text-end",
};
