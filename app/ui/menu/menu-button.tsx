import { lazy, type ReactNode, Suspense, useState } from "react";
import type { MenuItem } from "./menu-item";

const load = () => import("./menu-popup");
const MenuPopup = lazy(async () => ({ default: (await load()).MenuPopup }));

type MenuButtonProps = {
  children: ReactNode;
  items: MenuItem[];
  className: string;
  /** When the words on the button do not say it. */
  label?: string;
  align?: "start" | "end";
};

/** A button that opens a menu. What the menu is made of is fetched when somebody is about to open it. */
export function MenuButton({ children, items, className, label, align = "start" }: MenuButtonProps) {
  const [wanted, setWanted] = useState(false);
  const face = (
    <button
      type="button"
      className={className}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={load}
      onFocus={load}
      onClick={() => setWanted(true)}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown") return;
        event.preventDefault();
        setWanted(true);
      }}
    >
      {children}
    </button>
  );
  if (!wanted) return face;
  return (
    <Suspense fallback={face}>
      <MenuPopup items={items} className={className} label={label} align={align}>
        {children}
      </MenuPopup>
    </Suspense>
  );
}
