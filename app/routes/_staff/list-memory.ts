import { useEffect, useState } from "react";

/** The list that the person came from: its address with filters, sort and page, and the users on it in their order. */
export type RememberedList = { path: string; ids: string[] };

const NAME = "parity:list";

/** Remembers a list in this tab, for the pages of its users. */
export function useRememberList({ path, ids }: RememberedList): void {
  const text = JSON.stringify({ path, ids });
  useEffect(() => {
    window.sessionStorage.setItem(NAME, text);
  }, [text]);
}

/** The list that was shown last in this tab; null before the page is ready, and without one. */
export function useRememberedList(): RememberedList | null {
  const [list, setList] = useState<RememberedList | null>(null);
  useEffect(() => setList(parseList(window.sessionStorage.getItem(NAME))), []);
  return list;
}

/** Reads what was stored; null for anything else. Only addresses of the users list are followed. */
export function parseList(text: string | null): RememberedList | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("path" in value) || !("ids" in value)) return null;
    const { path, ids } = value;
    if (typeof path !== "string" || !/^\/users(\?|$)/.test(path) || !Array.isArray(ids)) return null;
    return { path, ids: ids.filter((id): id is string => typeof id === "string") };
  } catch {
    return null;
  }
}
