import { useFetcher, useNavigate } from "@remix-run/react";
import { Bookmark } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { SavedView } from "~/dashboard/saved-views/saved-views.server";
import { SHIPPED_VIEWS } from "~/dashboard/saved-views/shipped-views";
import { isFiltered, type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog/dialog";
import { Field } from "~/ui/field";
import { MenuButton } from "~/ui/menu/menu-button";
import type { MenuItem } from "~/ui/menu/menu-item";
import { toolClasses } from "./table-look";

type ViewsMenuProps = { query: UsersQuery; views: SavedView[] };

/** The views that come with Parity, those that the reader has saved, and a way to save what is shown. */
export function ViewsMenu({ query, views }: ViewsMenuProps) {
  const navigate = useNavigate();
  const fetcher = useFetcher<{ problem: string } | null>();
  const [isNaming, setNaming] = useState(false);
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
    { kind: "action", id: "save", label: "Save this view…", onChoose: () => setNaming(true) },
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
      <SaveViewDialog key={here} open={isNaming} onClose={() => setNaming(false)} query={query} />
    </>
  );
}

function SaveViewDialog({ open, onClose, query }: { open: boolean; onClose: () => void; query: UsersQuery }) {
  const fetcher = useFetcher<{ problem: string } | null>();
  const id = useId();
  const [name, setName] = useState("");
  const isBusy = fetcher.state !== "idle";
  const wasBusy = useRef(false);
  const problem = isBusy ? null : fetcher.data?.problem;
  // It stays open where the view could not be saved, and says why.
  useEffect(() => {
    if (wasBusy.current && !isBusy && !problem) onClose();
    wasBusy.current = isBusy;
  }, [isBusy, problem, onClose]);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Save this view"
      description={
        <p>
          {isFiltered(query) ? "The filters, the search and the order" : "The order"} are saved under a name,
          for you.
        </p>
      }
    >
      <fetcher.Form method="post" action="/users/views" className="space-y-4">
        <input type="hidden" name="intent" value="save" />
        <input type="hidden" name="search" value={usersPath(query).replace(/^\/users\??/, "")} />
        <Field
          id={id}
          name="name"
          label="Name"
          autoComplete="off"
          maxLength={60}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {problem && (
          <p role="alert" className="text-table text-critical">
            {problem}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={name.trim() === "" || isBusy} aria-busy={isBusy}>
            Save view
          </Button>
        </div>
      </fetcher.Form>
    </Dialog>
  );
}
