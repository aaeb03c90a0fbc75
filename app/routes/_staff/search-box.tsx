import { Form, useSearchParams } from "@remix-run/react";
import { Search } from "lucide-react";
import { useEffect, useRef } from "react";

/** The search field on every page. The key `/` focuses it. */
export function SearchBox() {
  const [search] = useSearchParams();
  const input = useRef<HTMLInputElement>(null);
  const q = search.get("q") ?? "";
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target))
        return;
      event.preventDefault();
      input.current?.select();
      input.current?.focus();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);
  return (
    <Form action="/users" role="search" className="relative min-w-0 flex-1 sm:max-w-sm">
      <Search
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-faint"
        aria-hidden="true"
      />
      <input
        key={q}
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

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
      target.closest("[role=menu]") !== null)
  );
}
