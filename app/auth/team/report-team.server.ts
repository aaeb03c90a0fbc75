import type { Actor } from "~/engine/account/actor";
import type { Log } from "~/platform/log.server";
import type { Invitations } from "./invitations.server";
import type { Members } from "./members.server";

type Answer = { ok: true } | { ok: false; reason: string };

/** What is decided about members of staff and their links, each with a line in the log, also where it was refused. */
export function reportTeam(
  { members, invitations }: { members: Members; invitations: Invitations },
  log: Log,
): { members: Members; invitations: Invitations } {
  const report = <Given extends Answer>(answer: Given, what: string, fields: object): Given => {
    if (answer.ok) log.info({ change: what, ...fields }, "staff changed");
    else log.warn({ change: what, reason: answer.reason, ...fields }, "staff not changed");
    return answer;
  };
  const by = ({ kind, id }: Actor) => ({ by: kind, byId: id });
  return {
    members: {
      changeRole: async (decision, actor) => {
        const { staffId, role } = decision;
        return report(await members.changeRole(decision, actor), "role", { staffId, role, ...by(actor) });
      },
      removeMember: async (decision, actor) => {
        const { staffId } = decision;
        return report(await members.removeMember(decision, actor), "removed", { staffId, ...by(actor) });
      },
      endSessions: async (decision, actor) => {
        const { staffId } = decision;
        return report(await members.endSessions(decision, actor), "sessions_ended", {
          staffId,
          ...by(actor),
        });
      },
      removeSecondFactor: async (decision, actor) => {
        const { staffId } = decision;
        const answer = await members.removeSecondFactor(decision, actor);
        return report(answer, "second_factor_removed", { staffId, ...by(actor) });
      },
    },
    invitations: {
      ...invitations,
      invite: async (input, actor) =>
        report(await invitations.invite(input, actor), "invited", { role: input.role, ...by(actor) }),
      offerNewPassword: async (input, actor) => {
        const answer = await invitations.offerNewPassword(input, actor);
        return report(answer, "password_link", { staffId: input.staffId, ...by(actor) });
      },
      withdraw: async (invitationId, actor) => {
        const isWithdrawn = await invitations.withdraw(invitationId, actor);
        const answer: Answer = isWithdrawn ? { ok: true } : { ok: false, reason: "not_open" };
        report(answer, "invitation_withdrawn", { invitationId, ...by(actor) });
        return isWithdrawn;
      },
      accept: async (input) => {
        const answer = await invitations.accept(input);
        if (answer.ok) log.info({ staffId: answer.staffId }, "invitation link used");
        else log.warn({ reason: answer.reason }, "invitation link refused");
        return answer;
      },
    },
  };
}
