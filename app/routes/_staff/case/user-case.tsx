import type { UserPage } from "~/dashboard/user-pages.server";
import { Comparison } from "./comparison";
import { Links } from "./links";
import { Subscriptions } from "./subscriptions";
import { SyncPanel } from "./sync-panel";
import { Timeline } from "./timeline";
import { UserHeader } from "./user-header";

/** One user in full: what is wrong, what to do about it, what differs, the money, and what happened. */
export function UserCase({ page, isPage = false }: { page: UserPage; isPage?: boolean }) {
  return (
    <>
      <UserHeader user={page.user} isPage={isPage} />
      <SyncPanel page={page} />
      <Comparison lines={page.comparison} />
      <Subscriptions subscriptions={page.subscriptions} />
      <Links links={page.links} possibleMatches={page.possibleMatches} />
      <Timeline entries={page.timeline} />
    </>
  );
}
