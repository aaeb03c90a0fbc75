import { createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import type { UserView } from "~/dashboard/user-view.server";
import { COLUMNS, type Column, type ColumnId } from "~/dashboard/users-list/columns";
import type { UsersQuery } from "~/dashboard/users-list/users-query";
import { DatabaseCell } from "~/routes/_staff/user/database-cell";
import { MismatchCell } from "~/routes/_staff/user/mismatch-cell";
import { StripeCell } from "~/routes/_staff/user/stripe-cell";
import { classNames } from "~/ui/class-names";
import { RowAction } from "../_staff/user/row-action";
import { CheckedCell, SinceCell, UserCell } from "./cells";
import { chooseAriaSort, SortLink } from "./sort-link";

const features = tableFeatures({});
const helper = createColumnHelper<typeof features, UserView>();

const columns = helper.columns([
  helper.display({ id: "user", cell: ({ row }) => <UserCell user={row.original} /> }),
  helper.display({
    id: "stripe",
    cell: ({ row }) => <StripeCell stripe={row.original.stripe} isRead={row.original.observedAt !== null} />,
  }),
  helper.display({ id: "database", cell: ({ row }) => <DatabaseCell database={row.original.database} /> }),
  helper.display({ id: "mismatch", cell: ({ row }) => <MismatchCell user={row.original} /> }),
  helper.display({ id: "since", cell: ({ row }) => <SinceCell user={row.original} /> }),
  helper.display({ id: "checked", cell: ({ row }) => <CheckedCell user={row.original} /> }),
  helper.display({ id: "action", cell: ({ row }) => <RowAction user={row.original} /> }),
]);

const headers = new Map<string, Column>(COLUMNS.map((column) => [column.id, column]));

/** Users, with Stripe and the database side by side. On narrow screens each row is a card. */
export function UsersTable({
  users,
  query,
  isLoading,
}: {
  users: UserView[];
  query: UsersQuery;
  isLoading: boolean;
}) {
  const table = useTable({ features, columns, data: users, getRowId: (user) => user.userId });
  return (
    <table
      aria-label="Users"
      aria-busy={isLoading}
      className="block w-full text-table lg:table lg:table-fixed"
    >
      <thead className="sr-only lg:not-sr-only lg:table-header-group">
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id} className="border-b border-line text-left text-small text-quiet">
            {group.headers.map(({ id }) => {
              const column = headers.get(id);
              return (
                <th
                  key={id}
                  scope="col"
                  aria-sort={column && chooseAriaSort(column, query)}
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
                  cellClasses.get(cell.column.id),
                )}
              >
                {labeledCells.has(cell.column.id) && (
                  <span className="block text-small text-faint lg:hidden">
                    {headers.get(cell.column.id)?.label}
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

/** Cells that show their column's label on a card, where the table header is hidden. */
const labeledCells = new Set<string>(["stripe", "database"] satisfies ColumnId[]);

/** The position of each cell on a card. */
const cardClasses: Record<ColumnId | "action", string> = {
  user: "order-1 col-span-2",
  mismatch: "order-2 col-span-2",
  stripe: "order-3",
  database: "order-4",
  since: "order-5",
  checked: "order-6",
  action: "order-7 col-span-2 lg:text-end",
};

const cellClasses = new Map<string, string>(Object.entries(cardClasses));
