import { Form, useSearchParams } from "@remix-run/react";
import { Search } from "lucide-react";
import { useEffect, useRef } from "react";
import { useShortcut } from "~/ui/keyboard/shortcuts";

/** The search field on every page. The key `/` focuses it. */
export function SearchBox() {
  const [search] = useSearchParams();
  const input = useRef<HTMLInputElement>(null);
  const q = search.get("q") ?? "";
  useShortcut({
    key: "/",
    label: "Search users",
    run: () => {
      input.current?.select();
      input.current?.focus();
    },
  });
  const shown = useRef(q);
  useEffect(() => {
    const field = input.current;
    if (field === null || shown.current === q) return;
    const isTypedOn = field.value !== q && field.value !== shown.current;
    shown.current = q;
    // The next search is being typed: its letters stay letters.
    if (isTypedOn && document.activeElement === field) return;
    field.value = q;
    // The keys are those of what was found: in the field they would be letters.
    if (document.activeElement === field) document.getElementById("main")?.focus({ preventScroll: true });
  }, [q]);
  return (
    <Form action="/users" role="search" className="relative min-w-60 flex-1 lg:max-w-sm">
      <Search
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-faint"
        aria-hidden="true"
      />
      <input
        ref={input}
        type="search"
        name="q"
        defaultValue={q}
        aria-label="Search users"
        aria-keyshortcuts="/"
        placeholder="Email, name, cus_…, sub_…"
        autoComplete="off"
        spellCheck={false}
        className="h-9 w-full rounded border border-edge bg-raised pr-8 pl-8 text-lead sm:h-8 sm:text-table"
      />
      <span
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 right-2 hidden -translate-y-1/2 rounded border border-line px-1.5 font-sans text-small text-faint sm:block"
      >
        /
      </span>
    </Form>
  );
}
