import { type ReactNode, Suspense, useState } from "react";
import { lazily } from "~/ui/reach/lazily";
import type { MenuItem } from "./menu-item";

const loadPopup = () => import("./menu-popup");
const MenuPopup = lazily(async () => (await loadPopup()).MenuPopup);

type MenuButtonProps = {
  children: ReactNode;
  items: MenuItem[];
  className: string;
  /** The accessible name, if the button has no text. */
  label?: string;
  align?: "start" | "end";
  /** Called when a pointer or the focus comes near, before the menu is opened. */
  onNear?: () => void;
};

/** A button that opens a menu. The menu's code is loaded on hover or focus, before the click. */
export function MenuButton({ children, items, className, label, align = "start", onNear }: MenuButtonProps) {
  const [isOpened, setOpened] = useState(false);
  const prepare = () => {
    // A failure is met by the click.
    loadPopup().catch(() => {});
    onNear?.();
  };
  const button = (
    <button
      type="button"
      className={className}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={() => setOpened(true)}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown") return;
        event.preventDefault();
        setOpened(true);
      }}
    >
      {children}
    </button>
  );
  if (!isOpened) return button;
  return (
    <Suspense fallback={button}>
      <MenuPopup items={items} className={className} label={label} align={align}>
        {children}
      </MenuPopup>
    </Suspense>
  );
}
