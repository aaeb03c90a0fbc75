import { useState } from "react";
import type { TeamMember } from "~/auth/team/team-list.server";
import { pluralize } from "~/billing/words/counts";
import { Time } from "~/ui/format/time";
import { MenuButton } from "~/ui/menu/menu-button";
import { capitalize } from "~/ui/status/words";
import { MEMBER_DECISIONS, type MemberDecision, MemberDialog } from "./member-dialog";

type MembersProps = { members: TeamMember[]; ownId: string };

/** The members, with what an admin can decide about each. On narrow screens each row is a card. */
export function Members({ members, ownId }: MembersProps) {
  const [open, setOpen] = useState<{ member: TeamMember; decision: MemberDecision } | null>(null);
  return (
    <>
      <table aria-label="Members" className="block w-full text-table md:table">
        <thead className="sr-only md:not-sr-only md:table-header-group">
          <tr className="border-b border-line text-left text-small text-quiet">
            <th scope="col" className="py-2 pr-4 font-medium">
              Name
            </th>
            <th scope="col" className="py-2 pr-4 font-medium">
              Role
            </th>
            <th scope="col" className="py-2 pr-4 font-medium">
              Signs in with
            </th>
            <th scope="col" className="py-2 pr-4 font-medium">
              Last seen
            </th>
            <th scope="col" className="py-2 font-medium">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="block md:table-row-group">
          {members.map((member) => (
            <tr
              key={member.id}
              className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1 border-b border-line py-3 md:table-row md:py-0"
            >
              <td className="min-w-0 md:py-2 md:pr-4">
                <span className="font-medium">{member.name}</span>
                {member.id === ownId && <span className="ml-1.5 text-small text-quiet">you</span>}
                <span className="block break-words text-quiet">{member.email}</span>
              </td>
              <td className="order-3 md:py-2 md:pr-4">{capitalize(member.role)}</td>
              <td className="order-4 col-span-2 text-quiet md:py-2 md:pr-4">{describeSignIn(member)}</td>
              <td className="order-5 col-span-2 text-quiet md:py-2 md:pr-4">
                {member.lastSeenAt === null ? "Never signed in" : <Time at={member.lastSeenAt} />}
                {member.sessions > 0 && <> · {pluralize(member.sessions, "open session")}</>}
              </td>
              <td className="order-2 text-end md:py-2">
                <MenuButton
                  align="end"
                  label={`Change ${member.name}`}
                  className="inline-flex h-8 items-center rounded border border-edge bg-raised px-2.5 text-table font-medium hover:bg-hover md:h-7"
                  items={MEMBER_DECISIONS.filter((decision) => decision.isOffered(member)).map(
                    (decision) => ({
                      kind: "action",
                      id: decision.intent,
                      label: decision.menu,
                      onChoose: () => setOpen({ member, decision }),
                    }),
                  )}
                >
                  Change…
                </MenuButton>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <MemberDialog open={open} onClose={() => setOpen(null)} />
    </>
  );
}

function describeSignIn({ hasPassword, hasSingleSignOn, hasSecondFactor }: TeamMember): string {
  const ways = [
    hasPassword && (hasSecondFactor ? "password and second factor" : "password, no second factor"),
    hasSingleSignOn && "company account",
  ].filter((way) => way !== false);
  return ways.length === 0 ? "company account, not used yet" : capitalize(ways.join("; "));
}
