import type { SyncResult } from "~/dashboard/sync-result.server";
import type { ShownUserPage } from "~/dashboard/user-page/shorten";
import { Comparison } from "./comparison";
import { Links } from "./links";
import { NextStep } from "./next-step";
import { Notes } from "./notes";
import { Reply } from "./reply";
import { Subscriptions } from "./subscriptions";
import { Timeline } from "./timeline";
import { UserHeader } from "./user-header";

type UserCaseProps = { page: ShownUserPage; isPage?: boolean; answer?: SyncResult | null };

/** One user in full: what is wrong, what to do about it, what differs, the money, and what happened. */
export function UserCase({ page, isPage = false, answer = null }: UserCaseProps) {
  const { user, unlisted, differing } = page;
  return (
    <>
      <UserHeader user={user} isPage={isPage} />
      <Notes notes={page.notes} />
      <NextStep page={page} answer={answer} />
      <Reply text={page.reply} />
      <Comparison
        lines={page.comparison}
        verdict={user.verdict}
        unlisted={
          unlisted.fields > 0
            ? { ...unlisted, differing, userId: user.userId, allWorkspaces: user.database.workspaceCount }
            : null
        }
      />
      <Subscriptions subscriptions={page.subscriptions} />
      <Links links={page.links} possibleMatches={page.choices.matches} />
      <Timeline entries={page.timeline} userId={user.userId} />
    </>
  );
}
