import { useRef } from "react";
import { useShortcut } from "~/ui/keyboard/shortcuts";

/**
 * The keys of the list: `j` and `k` go from user to user, `Enter` opens, `x` selects, `s` syncs. The row in which the focus is, is
 * the one that is meant. `onSelect`: null where the reader may not select.
 */
export function useRowKeys(onSelect: ((userId: string) => void) | null) {
  const body = useRef<HTMLTableSectionElement>(null);
  const listRows = () => [...(body.current?.rows ?? [])];
  const findCurrent = () => listRows().find((row) => row.contains(document.activeElement)) ?? null;
  const go = (step: 1 | -1) => {
    const rows = listRows();
    const current = findCurrent();
    const at = current === null ? (step === 1 ? 0 : rows.length - 1) : rows.indexOf(current) + step;
    rows[at]?.querySelector<HTMLElement>("a[href]")?.focus();
  };
  useShortcut({ key: "j", label: "Next user", run: () => go(1) });
  useShortcut({ key: "k", label: "Previous user", run: () => go(-1) });
  useShortcut({ key: "Enter", label: "Open the user", run: null });
  useShortcut(
    onSelect && {
      key: "x",
      label: "Select the user",
      run: () => {
        const userId = findCurrent()?.dataset.user;
        if (userId !== undefined) onSelect(userId);
      },
    },
  );
  // Where a sync alone does not end the case, the row has no such button.
  useShortcut(
    onSelect && {
      key: "s",
      label: "Sync the user",
      run: () => findCurrent()?.querySelector("form")?.requestSubmit(),
    },
  );
  return body;
}
