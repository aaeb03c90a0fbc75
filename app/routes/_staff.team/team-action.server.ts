import { data } from "@remix-run/node";
import { z } from "zod";
import type { StaffAuth } from "~/auth/staff.server";
import { buildInvitationUrl, INVITE_REFUSALS, type Invited } from "~/auth/team/invitations.server";
import { TEAM_REFUSALS, type TeamAnswer } from "~/auth/team/members.server";
import type { Actor } from "~/engine/account/actor";
import { roles } from "~/engine/account/roles";

const staffId = z.string().min(1).max(200);
const reason = z.string().trim().max(1000).default("");
const role = z.enum(roles);

/** What an admin can decide on the page. */
export const teamForm = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("invite"), email: z.string().max(254), role }),
  z.object({ intent: z.literal("withdraw"), invitationId: staffId }),
  z.object({ intent: z.literal("role"), staffId, role, reason }),
  z.object({ intent: z.literal("remove"), staffId, reason }),
  z.object({ intent: z.literal("end-sessions"), staffId, reason }),
  z.object({ intent: z.literal("remove-second-factor"), staffId, reason }),
  z.object({ intent: z.literal("new-password"), staffId }),
]);

export type TeamResult = {
  problem?: string;
  /** The field that the problem is about. */
  about?: "email";
  done?: string;
  /** Shown once. */
  link?: { url: string; for: string; replaces: boolean };
  /** The fields of the form that undoes it. */
  undo?: Record<string, string>;
};

type Input = { form: z.output<typeof teamForm>; by: Actor; staffAuth: StaffAuth; appUrl: string };

/** Does what the form says, and answers in words. */
export async function decideTeam({ form, by, staffAuth, appUrl }: Input) {
  const { members, invitations } = staffAuth;
  const toLink = (made: Invited, email: string) =>
    made.ok
      ? data<TeamResult>({
          link: { url: buildInvitationUrl(appUrl, made.token), for: email, replaces: made.replaces },
        })
      : refuse(INVITE_REFUSALS[made.reason], made.reason === "not_admin" ? undefined : "email");
  switch (form.intent) {
    case "invite": {
      const email = form.email.trim().toLowerCase();
      return toLink(await invitations.invite({ email, role: form.role }, by), email);
    }
    case "new-password": {
      const { members: team } = await staffAuth.listTeam();
      const made = await invitations.offerNewPassword(form, by);
      return toLink(made, team.find(({ id }) => id === form.staffId)?.email ?? "");
    }
    case "withdraw":
      return (await invitations.withdraw(form.invitationId, by))
        ? done("The link no longer works.")
        : refuse("This link is not open any more.");
    case "role": {
      const before = (await staffAuth.listTeam()).members.find(({ id }) => id === form.staffId)?.role;
      const undo = { intent: "role", staffId: form.staffId, role: before ?? "", reason: "Undone" };
      return toResult(await members.changeRole(form, by), (name) => `${name} is ${form.role} now.`, undo);
    }
    case "remove":
      return toResult(
        await members.removeMember(form, by),
        (name) => `${name} was removed and signed out. To undo it, invite them again.`,
      );
    case "end-sessions":
      return toResult(await members.endSessions(form, by), (name) => `${name} was signed out everywhere.`);
    case "remove-second-factor":
      return toResult(
        await members.removeSecondFactor(form, by),
        (name) => `${name} signs in with the password alone until they add a new second factor.`,
      );
  }
}

function toResult(answer: TeamAnswer, words: (name: string) => string, undo?: TeamResult["undo"]) {
  return answer.ok ? done(words(answer.name), undo) : refuse(TEAM_REFUSALS[answer.reason]);
}

function done(words: string, undo?: TeamResult["undo"]) {
  return data<TeamResult>({ done: words, undo });
}

function refuse(problem: string, about?: "email") {
  return data<TeamResult>({ problem, about }, { status: 400 });
}
