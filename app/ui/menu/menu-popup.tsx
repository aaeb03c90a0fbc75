import { Menu } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { classNames } from "~/ui/class-names";
import type { MenuItem } from "./menu-item";

const row =
  "flex min-h-9 sm:min-h-8 cursor-default items-start gap-2 rounded px-2 py-1.5 text-table outline-none select-none data-[highlighted]:bg-hover";

type MenuPopupProps = {
  children: ReactNode;
  items: MenuItem[];
  className: string;
  label?: string;
  align: "start" | "end";
};

/**
 * The menu behind a `MenuButton`, open as soon as it is there. It stays beside its button, within the same landmark of
 * the page; its fixed position keeps it from being cut off there.
 */
export function MenuPopup({ children, items, className, label, align }: MenuPopupProps) {
  const home = useRef<HTMLSpanElement>(null);
  return (
    <Menu.Root defaultOpen modal={false}>
      <Menu.Trigger className={className} aria-label={label}>
        {children}
      </Menu.Trigger>
      <span ref={home} className="absolute" />
      <Menu.Portal container={home}>
        <Menu.Positioner positionMethod="fixed" sideOffset={4} align={align} className="z-40 outline-none">
          <Menu.Popup
            aria-label={label}
            className="floating max-h-[min(26rem,var(--available-height))] max-w-[min(20rem,90vw)] min-w-44 overflow-y-auto rounded border border-line bg-raised p-1 text-ink shadow-float outline-none"
          >
            {items.map((item) => (
              <Line key={item.id} item={item} />
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Line({ item }: { item: MenuItem }) {
  switch (item.kind) {
    case "check":
      return (
        <Menu.CheckboxItem checked={item.checked} onCheckedChange={item.onToggle} className={row}>
          <Tick shown={item.checked} />
          {item.label}
        </Menu.CheckboxItem>
      );
    case "choice":
      return (
        <Menu.Item onClick={item.onChoose} className={row} aria-current={item.chosen || undefined}>
          <Tick shown={item.chosen} />
          <span>
            <span className="block">{item.label}</span>
            {item.hint && <span className="block text-small text-quiet">{item.hint}</span>}
          </span>
        </Menu.Item>
      );
    case "action":
      return (
        <Menu.Item onClick={item.onChoose} className={row}>
          {item.label}
        </Menu.Item>
      );
    case "text":
      return <div className="px-2 py-1.5 text-small text-quiet">{item.label}</div>;
    case "line":
      return <Menu.Separator className="my-1 h-px bg-line" />;
  }
}

function Tick({ shown }: { shown: boolean }) {
  return (
    <Check className={classNames("mt-0.5 size-3.5 shrink-0", !shown && "invisible")} aria-hidden="true" />
  );
}
