import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { INVITATION_HOURS } from "~/auth/team/invitations.server";
import { route } from "~/http/route.server";
import { PageHeader } from "~/ui/page-header";
import { Section } from "~/ui/section";
import { FormerMembers } from "./former-members";
import { InviteForm } from "./invite-form";
import { Members } from "./members";
import { OpenLinks } from "./open-links";
import { Result } from "./result";
import { decideTeam, type TeamResult, teamForm } from "./team-action.server";

export { reloadAfterRefusal as shouldRevalidate } from "~/ui/reach/reload-after-refusal";
export const meta: MetaFunction = () => [{ title: "Team · Parity" }];

export const loader = route.loader({ who: "staff", role: "admin" }, async ({ staff, context }) => ({
  ...(await context.staffAuth.listTeam()),
  ownId: staff.id,
  hours: INVITATION_HOURS,
}));

/** Invites, changes and removes members; each decision has an audit entry. */
export const action = route.action(
  { who: "staff", role: "admin", form: teamForm },
  async ({ form, staff, context }) =>
    decideTeam({
      form,
      by: { kind: "staff", id: staff.id },
      staffAuth: context.staffAuth,
      appUrl: context.environment.appUrl,
    }),
);

export default function Team() {
  const { members, former, invitations, ownId, hours } = useLoaderData<typeof loader>();
  const result = useActionData<TeamResult>();
  return (
    <div className="max-w-5xl">
      <PageHeader title="Team" description="Who can sign in to this dashboard, and what they may do." />
      <Result result={result} hours={hours} />
      <Section title="Members" aside={`${members.length}`}>
        <Members members={members} ownId={ownId} />
      </Section>
      <Section title="Invite a colleague">
        <InviteForm hours={hours} result={result} />
        <OpenLinks invitations={invitations} />
      </Section>
      {former.length > 0 && (
        <Section title="Former members">
          <FormerMembers members={former} />
        </Section>
      )}
    </div>
  );
}
