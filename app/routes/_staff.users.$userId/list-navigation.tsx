import { Link, useNavigate } from "@remix-run/react";
import { ChevronLeft } from "lucide-react";
import { buildUserPath } from "~/routes/_staff/user/use-sync";
import { buttonClasses } from "~/ui/button";
import { useShortcut } from "~/ui/keyboard/shortcuts";
import { useRememberedList } from "../_staff/list-memory";

/** Back to the list as it was, and to the users before and after this one on it. */
export function ListNavigation({ userId }: { userId: string }) {
  const list = useRememberedList();
  const navigate = useNavigate();
  const path = list?.path ?? "/users";
  const at = list?.ids.indexOf(userId) ?? -1;
  const previous = at > 0 ? (list?.ids[at - 1] ?? null) : null;
  const next = at === -1 ? null : (list?.ids[at + 1] ?? null);
  const go = (id: string | null) => id !== null && navigate(buildUserPath(id));
  useShortcut({ key: "j", label: "Next user", run: () => go(next) });
  useShortcut({ key: "k", label: "Previous user", run: () => go(previous) });
  useShortcut({ key: "Escape", label: "Back to the list", run: () => navigate(path) });
  return (
    <div className="mb-2 flex min-h-8 items-center justify-between gap-3">
      <Link
        to={path}
        className="-ml-1 inline-flex min-h-6 items-center gap-0.5 rounded text-table text-quiet hover:text-ink"
      >
        <ChevronLeft className="size-4" aria-hidden="true" />
        Users
      </Link>
      {list !== null && at !== -1 && (
        <nav aria-label="Users of the list" className="flex items-center gap-1 text-table text-quiet">
          <span className="mr-2 tabular-nums max-sm:sr-only">
            {at + 1} of {list.ids.length}
          </span>
          <StepLink id={previous}>Previous</StepLink>
          <StepLink id={next}>Next</StepLink>
        </nav>
      )}
    </div>
  );
}

function StepLink({ id, children }: { id: string | null; children: string }) {
  if (id === null)
    return <span className="inline-flex h-8 items-center px-2.5 text-faint sm:h-7">{children}</span>;
  return (
    <Link to={buildUserPath(id)} prefetch="intent" className={buttonClasses("quiet", "small")}>
      {children}
    </Link>
  );
}
