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
 * The menu of a `MenuButton`, open when it is first rendered. It is rendered next to its button, inside the same landmark.
 * Its fixed position prevents a scrolling parent from cutting it off.
 */
export function MenuPopup({ children, items, className, label, align }: MenuPopupProps) {
  const container = useRef<HTMLSpanElement>(null);
  return (
    <Menu.Root defaultOpen modal={false}>
      <Menu.Trigger className={className} aria-label={label}>
        {children}
      </Menu.Trigger>
      <span ref={container} className="absolute" />
      <Menu.Portal container={container}>
        <Menu.Positioner positionMethod="fixed" sideOffset={4} align={align} className="z-40 outline-none">
          <Menu.Popup
            aria-label={label}
            className="floating max-h-[min(26rem,var(--available-height))] max-w-[min(20rem,90vw)] min-w-44 overflow-y-auto rounded border border-line bg-raised p-1 text-ink shadow-float outline-none"
          >
            {items.map((item) => (
              <MenuLine key={item.id} item={item} />
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function MenuLine({ item }: { item: MenuItem }) {
  switch (item.kind) {
    case "check":
      return (
        <Menu.CheckboxItem checked={item.checked} onCheckedChange={item.onToggle} className={row}>
          <CheckMark isShown={item.checked} />
          {item.label}
        </Menu.CheckboxItem>
      );
    case "choice":
      return (
        <Menu.Item onClick={item.onChoose} className={row} aria-current={item.chosen || undefined}>
          <CheckMark isShown={item.chosen} />
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

function CheckMark({ isShown }: { isShown: boolean }) {
  return (
    <Check className={classNames("mt-0.5 size-3.5 shrink-0", !isShown && "invisible")} aria-hidden="true" />
  );
}
