import { roleAllows } from "~/engine/account/roles";
import type { Theme } from "~/ui/theme/appearance";
import { AccountMenu } from "./account-menu";
import type { FrameData } from "./frame-data";
import { ModeBadge } from "./mode-badge";
import { SearchBox } from "./search-box";
import { WriteModeMenu } from "./write-mode-menu";

export function TopBar({ frame, staff, theme }: Pick<FrameData, "frame" | "staff"> & { theme: Theme }) {
  return (
    <header className="sticky top-0 z-20 border-b border-line bg-surface">
      <div className="mx-auto flex max-w-page flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 sm:px-6">
        <SearchBox />
        <div className="order-last flex w-full items-center justify-between gap-3 lg:order-none lg:ml-auto lg:w-auto">
          <ModeBadge frame={frame} />
          <WriteModeMenu writeMode={frame.writeMode} canChange={roleAllows(staff.role, "admin")} />
        </div>
        <AccountMenu staff={staff} theme={theme} />
        <noscript className="text-table text-quiet">
          <form method="post" action="/sign-out">
            {staff.name} <button type="submit">Sign out</button>
          </form>
        </noscript>
      </div>
    </header>
  );
}
