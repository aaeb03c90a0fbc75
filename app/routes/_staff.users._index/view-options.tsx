import { useFetcher } from "@remix-run/react";
import { Columns3 } from "lucide-react";
import { COLUMNS } from "~/dashboard/users-list/columns";
import { MenuButton } from "~/ui/menu/menu-button";
import type { MenuItem } from "~/ui/menu/menu-item";
import { type TableLook, toolClasses } from "./table-look";

/** Which columns are shown, and how dense the rows are. Kept for each person, in cookies. */
export function ViewOptions({ look }: { look: TableLook }) {
  const fetcher = useFetcher();
  const save = (fields: Record<string, string>) =>
    fetcher.submit(fields, { method: "post", action: "/appearance" });
  const toggle = (id: string) =>
    look.hidden.includes(id) ? look.hidden.filter((one) => one !== id) : [...look.hidden, id];
  const items: MenuItem[] = [
    ...COLUMNS.filter(({ canHide }) => canHide).map(
      ({ id, label }): MenuItem => ({
        kind: "check",
        id,
        label,
        checked: !look.hidden.includes(id),
        onToggle: () => save({ hidden: toggle(id).join(".") }),
      }),
    ),
    { kind: "line", id: "line" },
    {
      kind: "check",
      id: "compact",
      label: "Compact rows",
      checked: look.density === "compact",
      onToggle: () => save({ density: look.density === "compact" ? "normal" : "compact" }),
    },
  ];
  return (
    <MenuButton className={`${toolClasses} max-lg:hidden`} align="end" items={items}>
      <Columns3 className="size-3.5 opacity-60" aria-hidden="true" />
      Columns
    </MenuButton>
  );
}
