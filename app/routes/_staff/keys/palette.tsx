import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useFetcher, useNavigate } from "@remix-run/react";
import { useEffect, useState } from "react";
import type { FoundUser } from "~/routes/palette/route";
import { listShortcuts } from "~/ui/keyboard/shortcuts";
import { listNavigation } from "../navigation";
import { buildPaletteGroups, type PaletteItem } from "./palette-groups";

/** Search over users, pages and what can be done here. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const found = useFetcher<{ users: FoundUser[] }>({ key: "palette" });
  const navigate = useNavigate();
  const { load } = found;
  useEffect(() => {
    if (open) setTyped("");
  }, [open]);
  useEffect(() => {
    const q = typed.trim();
    if (q.length < 2) return;
    const timer = setTimeout(() => load(`/palette?${new URLSearchParams({ q })}`), 150);
    return () => clearTimeout(timer);
  }, [typed, load]);
  const groups = buildPaletteGroups({
    typed,
    users: typed.trim().length < 2 ? [] : (found.data?.users ?? []),
    pages: listNavigation(null),
    shortcuts: open ? listShortcuts() : [],
  });
  const choose = (item: PaletteItem) => {
    onClose();
    if (item.to !== null) navigate(item.to);
    else item.run();
  };
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="floating fixed inset-0 z-40 bg-backdrop" />
        <Dialog.Popup
          aria-label="Search and actions"
          className="floating fixed inset-x-4 top-[10vh] z-50 mx-auto flex max-h-[70vh] max-w-lg flex-col overflow-hidden rounded border border-line bg-raised text-ink shadow-float outline-none"
        >
          <Autocomplete.Root
            open
            inline
            items={groups}
            filter={null}
            autoHighlight="always"
            keepHighlight
            value={typed}
            onValueChange={setTyped}
            itemToStringValue={(item: PaletteItem) => item.label}
          >
            <Autocomplete.Input
              aria-label="Search users, pages and actions"
              placeholder="Email, name, cus_…, a page, an action"
              className="h-12 w-full shrink-0 bg-transparent px-4 text-lead outline-none"
            />
            <Dialog.Close className="sr-only">Close</Dialog.Close>
            <Autocomplete.List className="min-h-0 overflow-y-auto border-t border-line p-1">
              {(group: (typeof groups)[number]) => (
                <Autocomplete.Group key={group.value} items={group.items}>
                  <Autocomplete.GroupLabel className="px-3 pt-2 pb-1 text-small text-quiet">
                    {group.value}
                  </Autocomplete.GroupLabel>
                  <Autocomplete.Collection>
                    {(item: PaletteItem) => (
                      <Autocomplete.Item
                        key={item.id}
                        value={item}
                        onClick={() => choose(item)}
                        className="flex min-h-9 cursor-default items-center justify-between gap-3 rounded px-3 text-table outline-none data-highlighted:bg-hover"
                      >
                        <span className="min-w-0 truncate">{item.label}</span>
                        <span className="shrink-0 text-small text-quiet">{item.hint}</span>
                      </Autocomplete.Item>
                    )}
                  </Autocomplete.Collection>
                </Autocomplete.Group>
              )}
            </Autocomplete.List>
            <Autocomplete.Empty>
              {groups.length === 0 && (
                <p className="px-4 py-4 text-table text-quiet">
                  {found.state === "idle" ? "Nothing found." : "Searching…"}
                </p>
              )}
            </Autocomplete.Empty>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
