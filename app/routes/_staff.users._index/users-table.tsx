import { useNavigate } from "@remix-run/react";
import {
  columnVisibilityFeature,
  createColumnHelper,
  type RowSelectionState,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  type Updater,
  useTable,
} from "@tanstack/react-table";
import type { UserRow } from "~/dashboard/user-page/shorten";
import { COLUMNS, type Column, type ColumnId } from "~/dashboard/users-list/columns";
import { type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { DatabaseCell } from "~/routes/_staff/user/database-cell";
import { MismatchCell } from "~/routes/_staff/user/mismatch-cell";
import { StripeCell } from "~/routes/_staff/user/stripe-cell";
import { classNames } from "~/ui/class-names";
import { useRowKeys } from "../_staff/keys/use-row-keys";
import { RowAction } from "../_staff/user/row-action";
import { CheckedCell, SinceCell, UserCell } from "./cells";
import { SelectAllBox, SelectBox } from "./select-box";
import { chooseAriaSort, SortLink } from "./sort-link";
import type { TableLook } from "./table-look";

const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature, rowSortingFeature });
const helper = createColumnHelper<typeof features, UserRow>();

const columns = helper.columns([
  helper.display({ id: "user", cell: ({ row }) => <UserCell user={row.original} /> }),
  helper.display({
    id: "stripe",
    cell: ({ row: { original } }) => (
      <StripeCell stripe={original.stripe} isRead={original.observedAt !== null} isInRow />
    ),
  }),
  helper.display({ id: "database", cell: ({ row }) => <DatabaseCell database={row.original.database} /> }),
  helper.display({ id: "mismatch", cell: ({ row }) => <MismatchCell user={row.original} /> }),
  helper.display({ id: "since", cell: ({ row }) => <SinceCell user={row.original} /> }),
  helper.display({ id: "checked", cell: ({ row }) => <CheckedCell user={row.original} /> }),
  helper.display({ id: "action", cell: ({ row }) => <RowAction user={row.original} /> }),
]);

const headers = new Map<string, Column>(COLUMNS.map((column) => [column.id, column]));

type UsersTableProps = {
  users: UserRow[];
  query: UsersQuery;
  isLoading: boolean;
  look: TableLook;
  /** Null where the reader may not select. */
  selection: { chosen: RowSelectionState; isAll: boolean; onChange: (to: RowSelectionState) => void } | null;
};

/** Users, with Stripe and the database side by side. On narrow screens each row is a card. */
export function UsersTable({ users, query, isLoading, look, selection }: UsersTableProps) {
  const navigate = useNavigate();
  const sorted = COLUMNS.find(({ sort }) => sort === query.sort);
  const table = useTable({
    features,
    columns,
    data: users,
    getRowId: (user) => user.userId,
    // The database sorts: the table only knows by which column.
    manualSorting: true,
    state: {
      sorting: sorted ? [{ id: sorted.id, desc: query.reversed }] : [],
      rowSelection: selection?.chosen ?? {},
      columnVisibility: Object.fromEntries(look.hidden.map((id) => [id, false])),
    },
    enableRowSelection: selection !== null && !selection.isAll,
    onRowSelectionChange: (updater: Updater<RowSelectionState>) =>
      selection?.onChange(typeof updater === "function" ? updater(selection.chosen) : updater),
    onSortingChange: () => navigate(usersPath(query)),
  });
  const isCompact = look.density === "compact";
  const body = useRowKeys(selection && !selection.isAll ? (id) => table.getRow(id).toggleSelected() : null);
  return (
    <table
      aria-label="Users"
      aria-busy={isLoading}
      className="block w-full text-table lg:table lg:table-fixed"
    >
      <thead className="sr-only lg:not-sr-only lg:table-header-group">
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id} className="border-b border-line text-left text-small text-quiet">
            {selection && (
              <th scope="col" className="w-9 py-2 pl-2 font-medium">
                <span className="sr-only lg:hidden">Selected</span>
                <SelectAllBox
                  isChecked={selection.isAll || table.getIsAllRowsSelected()}
                  isPartly={table.getIsSomeRowsSelected()}
                  isDisabled={selection.isAll}
                  onToggle={() => table.toggleAllRowsSelected()}
                />
              </th>
            )}
            {group.headers.map(({ id }) => {
              const column = headers.get(id);
              return (
                <th
                  key={id}
                  scope="col"
                  aria-sort={column && chooseAriaSort(column, query)}
                  style={{ width: column?.width ?? "92px" }}
                  className={classNames(
                    "py-2 pr-3 font-medium first:pl-2",
                    id === "checked" && "lg:max-xl:hidden",
                  )}
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
      <tbody ref={body} className="block lg:table-row-group">
        {table.getRowModel().rows.map((row) => {
          const isSelected = selection?.isAll === true || row.getIsSelected();
          const name = row.original.name ?? row.original.email;
          return (
            <tr
              key={row.id}
              data-user={row.id}
              className={classNames(
                "relative grid grid-cols-2 gap-x-4 gap-y-2 border-b border-line py-3 sm:grid-cols-[3fr_3fr_2fr_auto] lg:table-row lg:py-0",
                isSelected ? "bg-selected" : "focus-within:bg-hover hover:bg-hover",
                selection && "pl-9 lg:pl-0",
              )}
            >
              {selection && (
                <td className="absolute top-3 left-1 lg:static lg:table-cell lg:py-2 lg:pl-2 lg:align-top">
                  <SelectBox
                    name={name}
                    isChecked={isSelected}
                    isDisabled={selection.isAll}
                    onToggle={row.getToggleSelectedHandler()}
                  />
                </td>
              )}
              {row.getVisibleCells().map((cell) => (
                <td
                  key={cell.id}
                  className={classNames(
                    "min-w-0 lg:table-cell lg:pr-3 lg:align-top lg:first:pl-2",
                    isCompact ? "lg:py-1 lg:[&>span.text-small]:hidden" : "lg:py-2",
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
          );
        })}
      </tbody>
    </table>
  );
}

/** Cells that show their column's label on a card, where the table header is hidden. */
const labeledCells = new Set<string>(["stripe", "database"] satisfies ColumnId[]);

/** The position of each cell on a card. */
const cardClasses: Record<ColumnId | "action", string> = {
  user: "order-1 col-span-2 sm:col-span-1",
  mismatch: "order-2 col-span-2 sm:col-span-2",
  stripe: "order-3 sm:order-4",
  database: "order-4 sm:order-5",
  since: "order-5 sm:order-6",
  checked: "order-6 sm:order-7 lg:max-xl:hidden",
  action: "order-7 col-span-2 sm:order-3 sm:col-span-1 sm:text-end",
};

const cellClasses = new Map<string, string>(Object.entries(cardClasses));
