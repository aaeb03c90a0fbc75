const GAP = 6;
const EDGE = 8;

/**
 * Shows the full date and time of a relative time beside it: on hover, on focus (also of the link around it), and on touch. Until
 * this works, and without scripts, it is in the title. Returns what ends it.
 */
export function showMoments(): () => void {
  const tip = document.createElement("div");
  tip.id = "moment";
  tip.setAttribute("role", "tooltip");
  tip.className =
    "pointer-events-none fixed z-50 rounded border border-line bg-raised px-2 py-1 text-small whitespace-nowrap text-ink shadow-float";
  let shown: HTMLElement | null = null;

  function hide(): void {
    if (shown === null) return;
    // What React has set meanwhile is newer.
    if (shown.title === "") shown.title = tip.textContent ?? "";
    shown.removeAttribute("aria-describedby");
    shown = null;
    tip.remove();
  }

  function show(time: HTMLElement): void {
    if (time === shown) return;
    hide();
    tip.textContent = time.title;
    // The browser would show the title once more.
    time.removeAttribute("title");
    time.setAttribute("aria-describedby", tip.id);
    shown = time;
    (time.closest("main, nav, [role=dialog]") ?? document.body).append(tip);
    place(tip, time.getBoundingClientRect());
  }

  const update = ({ target, type }: Event) => {
    const time = target instanceof Element ? findTime(target, type === "focusin") : null;
    if (time) show(time);
    else hide();
  };
  const listeners: [string, (event: Event) => void][] = [
    ["pointerover", update],
    ["focusin", update],
    ["focusout", hide],
    ["scroll", hide],
    ["keydown", (event) => event instanceof KeyboardEvent && event.key === "Escape" && hide()],
  ];
  for (const [type, listener] of listeners) document.addEventListener(type, listener, true);
  return () => {
    hide();
    for (const [type, listener] of listeners) document.removeEventListener(type, listener, true);
  };
}

/** The time under the pointer or with the focus; for a link with the focus, the time in it. */
function findTime(target: Element, hasFocus: boolean): HTMLElement | null {
  const around = target.closest<HTMLElement>("time");
  return around ?? (hasFocus && target.matches("a") ? target.querySelector<HTMLElement>("time") : null);
}

/** Below the time, or above it where there is no room, and always whole on the screen. */
function place(tip: HTMLElement, { left, top, bottom }: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = tip;
  const isBelow = bottom + GAP + height < window.innerHeight;
  tip.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - width - EDGE))}px`;
  tip.style.top = `${isBelow ? bottom + GAP : top - GAP - height}px`;
}
