import { Suspense, useEffect, useState } from "react";
import { areKeysOn } from "~/ui/keyboard/preference";
import { findShortcut, isPlainKey, useShortcut } from "~/ui/keyboard/shortcuts";
import { lazily } from "~/ui/reach/lazily";
import { type KeyboardPanel, onPanel } from "./panels";

const Palette = lazily(async () => (await import("./palette")).Palette);
const Help = lazily(async () => (await import("./help")).Help);

/** Listens for the keys of the page, and shows the palette (⌘K) and the list of keys (?). */
export function Keyboard() {
  const [open, setOpen] = useState<KeyboardPanel | null>(null);
  // Once opened, a panel stays in the page, so that it can fade out and give the focus back.
  const [loaded, setLoaded] = useState<ReadonlySet<KeyboardPanel>>(new Set());
  useEffect(() => onPanel(setOpen), []);
  useEffect(() => {
    if (open !== null) setLoaded((known) => (known.has(open) ? known : new Set([...known, open])));
  }, [open]);
  useShortcut({ key: "?", label: "Show these keys", run: () => setOpen("help") });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpen((panel) => (panel === "palette" ? null : "palette"));
        return;
      }
      if (!isPlainKey(event) || !areKeysOn()) return;
      const run = findShortcut(event.key);
      if (run === null) return;
      event.preventDefault();
      run();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  const close = () => setOpen(null);
  // Not before: an update of the frame would reach it while the page is still becoming interactive.
  if (loaded.size === 0) return null;
  return (
    <Suspense fallback={null}>
      {loaded.has("palette") && <Palette open={open === "palette"} onClose={close} />}
      {loaded.has("help") && <Help open={open === "help"} onClose={close} />}
    </Suspense>
  );
}
