/** How long what takes the place of a removed element may need to be there. */
const SETTLE_MS = 50;

/**
 * Keeps the focus in the page: where the element that had it is taken away, as a line that was decided or a form that was drawn anew, the
 * element in its place takes it, or the page's content. Otherwise Tab would begin at the top again. Ends when the function that
 * it answers is called.
 */
export function keepFocus(): () => void {
  let last: HTMLElement | null = null;
  let timer: number | undefined;
  const note = ({ target }: FocusEvent) => {
    last = target instanceof HTMLElement ? target : null;
  };
  const restore = () => {
    // What opens a dialog or closes one has said already where the focus goes.
    if (last === null || last.isConnected || document.activeElement !== document.body) return;
    if (document.querySelector("[role=dialog]") !== null) return;
    const same = last.id === "" ? null : document.getElementById(last.id);
    last = null;
    (same ?? document.getElementById("main"))?.focus({ preventScroll: true });
  };
  const observer = new MutationObserver(() => {
    if (last === null || last.isConnected) return;
    clearTimeout(timer);
    timer = window.setTimeout(restore, SETTLE_MS);
  });
  document.addEventListener("focusin", note);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener("focusin", note);
    observer.disconnect();
    clearTimeout(timer);
  };
}
