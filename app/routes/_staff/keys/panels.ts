/** What the keyboard opens over the page. */
export type KeyboardPanel = "palette" | "help";

const EVENT = "parity:keyboard-panel";

/** Opens a panel, from a menu for example. */
export const openPanel = (panel: KeyboardPanel): void =>
  void window.dispatchEvent(new CustomEvent(EVENT, { detail: panel }));

/** Calls `open` when a panel is to be opened; the result stops that. */
export function onPanel(open: (panel: KeyboardPanel) => void): () => void {
  const listen = (event: Event) => {
    if (!(event instanceof CustomEvent)) return;
    if (event.detail === "palette" || event.detail === "help") open(event.detail);
  };
  window.addEventListener(EVENT, listen);
  return () => window.removeEventListener(EVENT, listen);
}
