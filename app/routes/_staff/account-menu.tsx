import { useFetcher, useNavigate, useSubmit } from "@remix-run/react";
import { CircleUserRound } from "lucide-react";
import { MenuButton } from "~/ui/menu/menu-button";
import { THEMES, type Theme } from "~/ui/theme/appearance";
import type { FrameData } from "./frame-data";
import { openPanel } from "./keys/panels";

const THEME_WORDS: Record<Theme, string> = {
  system: "System theme",
  light: "Light theme",
  dark: "Dark theme",
};

/** Shows who is signed in, and has the theme and sign-out items. */
export function AccountMenu({ staff, theme }: { staff: FrameData["staff"]; theme: Theme }) {
  const appearance = useFetcher();
  const submit = useSubmit();
  const navigate = useNavigate();
  return (
    <MenuButton
      label={`Signed in as ${staff.name}`}
      align="end"
      className="inline-flex h-8 max-w-40 items-center gap-1.5 rounded px-2 text-table text-quiet hover:bg-hover hover:text-ink"
      items={[
        {
          kind: "text",
          id: "staff",
          label: (
            <>
              <span className="block text-table font-medium text-ink">{staff.name}</span>
              <span className="block">{staff.email}</span>
              <span className="block">{staff.role}</span>
            </>
          ),
        },
        { kind: "action", id: "account", label: "Your account", onChoose: () => navigate("/account") },
        ...(staff.role === "admin"
          ? [{ kind: "action" as const, id: "team", label: "Team", onChoose: () => navigate("/team") }]
          : []),
        { kind: "action", id: "keys", label: "Keyboard shortcuts", onChoose: () => openPanel("help") },
        { kind: "line", id: "above-themes" },
        ...THEMES.map((choice) => ({
          kind: "choice" as const,
          id: choice,
          label: THEME_WORDS[choice],
          chosen: choice === theme,
          onChoose: () => appearance.submit({ theme: choice }, { method: "post", action: "/appearance" }),
        })),
        { kind: "line", id: "above-sign-out" },
        {
          kind: "action",
          id: "sign-out",
          label: "Sign out",
          onChoose: () => submit(null, { method: "post", action: "/sign-out" }),
        },
      ]}
    >
      <CircleUserRound className="size-4 shrink-0" aria-hidden="true" />
      <span className="hidden truncate lg:inline">{staff.name}</span>
    </MenuButton>
  );
}
