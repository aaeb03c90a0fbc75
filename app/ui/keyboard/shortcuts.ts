import { useEffect, useRef } from "react";

/** A key, and what it does on the page that is open. */
export type Shortcut = {
  /** One key as the browser names it: `j`, `Enter`, `?`. */
  key: string;
  label: string;
  /** Null for what the browser does by itself: it is only listed. */
  run: (() => void) | null;
};

const registered = new Set<{ current: Shortcut }>();

/** What the keys of this page do, the newest last. */
export const listShortcuts = (): Shortcut[] => [...registered].map(({ current }) => current);

/** A key of this page, while it is shown; null for none. */
export function useShortcut(shortcut: Shortcut | null): void {
  const latest = useRef(shortcut);
  latest.current = shortcut;
  const isSet = shortcut !== null;
  useEffect(() => {
    if (!isSet) return;
    const entry = {
      get current(): Shortcut {
        return latest.current ?? { key: "", label: "", run: null };
      },
    };
    registered.add(entry);
    return () => {
      registered.delete(entry);
    };
  }, [isSet]);
}

/** Where letters are typed, or a menu or dialog takes the keys. */
export function takesKeys(target: EventTarget | null): boolean {
  // A dialog that fades out has had its keys.
  if (!(target instanceof HTMLElement) || target.closest("[data-closed]")) return false;
  // A box that is ticked takes no letters: the keys of its row go on working.
  const isBox = target instanceof HTMLInputElement && target.type === "checkbox";
  if (target.isContentEditable || (!isBox && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))) return true;
  return target.closest("[role=menu], [role=dialog], [role=listbox]") !== null;
}

/** Whether a key of the page is meant by an event. */
export const isPlainKey = (event: KeyboardEvent): boolean =>
  !event.defaultPrevented && !event.metaKey && !event.ctrlKey && !event.altKey && !takesKeys(event.target);

/** What the newest shortcut of a key does: a page stands before the frame. Null when the key is the browser's. */
export const findShortcut = (key: string): (() => void) | null =>
  listShortcuts().findLast((shortcut) => shortcut.key === key)?.run ?? null;
