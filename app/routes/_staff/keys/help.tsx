import { useState } from "react";
import { DialogPopup } from "~/ui/dialog/dialog-popup";
import { areKeysOn, setKeysOn } from "~/ui/keyboard/preference";
import { listShortcuts } from "~/ui/keyboard/shortcuts";

/** The keys of this page, and the switch that turns them off. */
export function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [isOn, setOn] = useState(areKeysOn);
  const labels = new Map(listShortcuts().map(({ key, label }) => [key, label]));
  return (
    <DialogPopup open={open} onClose={onClose} title="Keyboard" description={null}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 text-table">
        <Key name={isApple() ? "⌘K" : "Ctrl K"}>Search users, pages and actions</Key>
        {[...labels].map(([key, label]) => (
          <Key key={key} name={key}>
            {label}
          </Key>
        ))}
        <Key name="Esc">Close what is open</Key>
      </dl>
      <label className="mt-5 flex min-h-6 items-center gap-2 text-table">
        <input
          type="checkbox"
          className="size-4 accent-accent-fill"
          checked={isOn}
          onChange={(event) => {
            setKeysOn(event.target.checked);
            setOn(event.target.checked);
          }}
        />
        Use single keys
      </label>
    </DialogPopup>
  );
}

/** Where the command key stands for what Ctrl does elsewhere. */
const isApple = () => /Mac|iPhone|iPad/.test(navigator.platform);

function Key({ name, children }: { name: string; children: string }) {
  return (
    <>
      <dt>
        <kbd className="inline-flex min-w-7 justify-center rounded border border-edge bg-sunken px-1.5 font-sans text-small">
          {name}
        </kbd>
      </dt>
      <dd>{children}</dd>
    </>
  );
}
