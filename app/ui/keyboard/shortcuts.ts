import { useEffect, useRef } from "react";

/** A key, and what it does on the page that is open. */
export type Shortcut = {
  /** One key as the browser names it: `j`, `Enter`, `?`. */
  key: string;
  label: string;
  run: () => void;
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
        return latest.current ?? { key: "", label: "", run: () => {} };
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
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return target.closest("[role=menu], [role=dialog], [role=listbox]") !== null;
}

/** Whether a key of the page is meant by an event. */
export const isPlainKey = (event: KeyboardEvent): boolean =>
  !event.defaultPrevented && !event.metaKey && !event.ctrlKey && !event.altKey && !takesKeys(event.target);

/** The newest shortcut of a key: a page stands before the frame. */
export const findShortcut = (key: string): Shortcut | null =>
  listShortcuts().findLast((shortcut) => shortcut.key === key) ?? null;
