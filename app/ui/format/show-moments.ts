const GAP = 6;
const EDGE = 8;

/** What is shown together: times, and the element that has the focus or the pointer. */
type Shown = { times: HTMLElement[]; holder: HTMLElement };

/**
 * Shows the full date and time of a relative time beside it: on hover, on focus, and on touch. A link with the focus shows those of its
 * row, so that a list has no tab stop for each time. Until this works, and without scripts, they are in the titles. Returns
 * what ends it.
 */
export function showMoments(): () => void {
  const tip = document.createElement("div");
  tip.id = "moment";
  tip.setAttribute("role", "tooltip");
  tip.className =
    "pointer-events-none fixed z-50 rounded border border-line bg-raised px-2 py-1 text-small whitespace-pre text-ink shadow-float";
  let shown: Shown | null = null;
  const titles = new Map<HTMLElement, string>();

  function hide(): void {
    if (shown === null) return;
    // What React has set meanwhile is newer.
    for (const [time, title] of titles) if (time.title === "") time.title = title;
    titles.clear();
    shown.holder.removeAttribute("aria-describedby");
    shown = null;
    tip.remove();
  }

  function show(next: Shown): void {
    const [first] = next.times;
    if (!first || next.holder === shown?.holder) return;
    hide();
    const line = ({ title, dataset: { label } }: HTMLElement) =>
      label !== undefined && next.holder.tagName === "A" ? `${label} ${title}` : title;
    tip.textContent = next.times.map(line).join("\n");
    for (const time of next.times) {
      titles.set(time, time.title);
      // The browser would show the title once more.
      time.removeAttribute("title");
    }
    next.holder.setAttribute("aria-describedby", tip.id);
    shown = next;
    (first.closest("main, nav, [role=dialog]") ?? document.body).append(tip);
    place(tip, first.getBoundingClientRect());
  }

  const update = ({ target, type }: Event) => {
    const next = target instanceof Element ? findTimes(target, type === "focusin") : null;
    if (next) show(next);
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

/** The time under the pointer or with the focus; for a link with the focus, the times in it, or in its row. */
function findTimes(target: Element, hasFocus: boolean): Shown | null {
  const around = target.closest<HTMLElement>("time[title], time[aria-describedby]");
  if (around) return { times: [around], holder: around };
  const link = hasFocus ? target.closest<HTMLElement>("a[href]") : null;
  if (!link) return null;
  const inside = [...link.querySelectorAll<HTMLElement>("time[title]")];
  const row = link.closest("tr, li");
  const beside = [...(row?.querySelectorAll<HTMLElement>("time[data-label][title]") ?? [])];
  const times = inside.length > 0 ? inside : beside;
  return times.length > 0 ? { times, holder: link } : null;
}

/** Below the time, or above it where there is no room, and always whole on the screen. */
function place(tip: HTMLElement, { left, top, bottom }: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = tip;
  const isBelow = bottom + GAP + height < window.innerHeight;
  tip.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - width - EDGE))}px`;
  tip.style.top = `${isBelow ? bottom + GAP : top - GAP - height}px`;
}
