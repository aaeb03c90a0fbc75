import { useFetcher, useNavigate } from "@remix-run/react";
import { Bookmark } from "lucide-react";
import { Suspense, useState } from "react";
import type { SavedView } from "~/dashboard/saved-views/saved-views.server";
import { SHIPPED_VIEWS } from "~/dashboard/saved-views/shipped-views";
import { type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { MenuButton } from "~/ui/menu/menu-button";
import type { MenuItem } from "~/ui/menu/menu-item";
import { lazily } from "~/ui/reach/lazily";
import { toolClasses } from "../table-look";

const SaveViewDialog = lazily(async () => (await import("./save-view-dialog")).SaveViewDialog);

type ViewsMenuProps = { query: UsersQuery; views: SavedView[] };

/** The views that come with Parity, those that the reader has saved, and a way to save what is shown. */
export function ViewsMenu({ query, views }: ViewsMenuProps) {
  const navigate = useNavigate();
  const fetcher = useFetcher<{ problem: string } | null>();
  const [naming, setNaming] = useState<"not yet" | "open" | "closed">("not yet");
  const here = usersPath(query);
  const toItem = ({ name, path }: { name: string; path: string }): MenuItem => ({
    kind: "choice",
    id: `${name} ${path}`,
    label: name,
    chosen: path === here,
    onChoose: () => navigate(path),
  });
  const current = views.find(({ path }) => path === here);
  const items: MenuItem[] = [
    ...SHIPPED_VIEWS.map(toItem),
    ...(views.length > 0 ? [{ kind: "line" as const, id: "own" }, ...views.map(toItem)] : []),
    { kind: "line", id: "actions" },
    { kind: "action", id: "save", label: "Save this view…", onChoose: () => setNaming("open") },
    ...(current
      ? [
          {
            kind: "action" as const,
            id: "remove",
            label: `Delete “${current.name}”`,
            onChoose: () =>
              fetcher.submit(
                { intent: "remove", id: current.id },
                { method: "post", action: "/users/views" },
              ),
          },
        ]
      : []),
  ];
  const title = current?.name ?? SHIPPED_VIEWS.find(({ path }) => path === here)?.name ?? "Views";
  return (
    <>
      <MenuButton className={toolClasses} items={items}>
        <Bookmark className="size-3.5 opacity-60" aria-hidden="true" />
        {title}
      </MenuButton>
      {naming !== "not yet" && (
        <Suspense>
          <SaveViewDialog
            key={here}
            open={naming === "open"}
            onClose={() => setNaming("closed")}
            query={query}
          />
        </Suspense>
      )}
    </>
  );
}
