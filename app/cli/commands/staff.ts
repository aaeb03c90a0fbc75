import { z } from "zod";
import { PASSWORD_PROBLEMS } from "~/auth/passwords.server";
import type { StaffChange } from "~/auth/roster.server";
import {
  buildInvitationUrl,
  INVITATION_HOURS,
  INVITE_REFUSALS,
  type Invited,
} from "~/auth/team/invitations.server";
import { TEAM_REFUSALS } from "~/auth/team/members.server";
import { formatDay } from "~/billing/dates";
import { foldEmail } from "~/billing/email";
import { COMMAND_LINE, type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import { type Role, roles } from "~/engine/account/roles";

const MISSING = {
  email: "Give the email address: --email you@example.com",
  name: 'Give the name: --name "Ada Lovelace"',
  role: `Give the role: --role ${roles.join(" | ")}`,
};

const FORMS = [
  `staff add --email <email> --name <name> --role <${roles.join(" | ")}> [--password-stdin]`,
  `staff invite --email <email> --role <${roles.join(" | ")}>`,
  "staff withdraw <email>",
  "staff list",
  `staff role <email> <${roles.join(" | ")}> [--reason <text>]`,
  "staff remove <email> [--reason <text>]",
  "staff end-sessions <email>",
  "staff new-password <email>",
  "staff reset-second-factor <email>",
];

const DONE = FORMS.map((form) => form.split(" ")[1]);

const options = {
  email: z.string().optional(),
  name: z.string().optional(),
  role: z.string().optional(),
  reason: z.string().max(1_000).optional(),
  "password-stdin": z.boolean().default(false),
};

const add = z
  .object({
    email: z.string(MISSING.email),
    name: z.string(MISSING.name),
    role: z.enum(roles, MISSING.role),
    "password-stdin": z.boolean(),
  })
  .transform(({ "password-stdin": fromInput, ...member }) => ({
    what: "add" as const,
    fromInput,
    ...member,
  }));

const role = z.enum(roles, MISSING.role);

/** What is done with one member, by its address. */
const ABOUT_ONE = ["remove", "reset-second-factor", "end-sessions"] as const;
/** What is done with the links that an address has. */
const ABOUT_LINKS = ["new-password", "withdraw"] as const;
const isAboutLinks = (what: string | undefined): what is (typeof ABOUT_LINKS)[number] =>
  ABOUT_LINKS.some((one) => one === what);
const isAboutOne = (what: string | undefined): what is (typeof ABOUT_ONE)[number] =>
  ABOUT_ONE.some((one) => one === what);

const input = z
  .object({ positionals: z.array(z.string()), ...options })
  .transform(({ positionals: [what, ...rest], ...given }, context) => {
    const refuse = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    const reason = given.reason?.trim();
    const most = isAboutOne(what) || isAboutLinks(what) ? 1 : what === "role" ? 2 : 0;
    if (rest.length > most) return refuse(`Unexpected argument: ${rest.slice(most).join(" ")}.`);
    if (what === "list") return { what: "list" as const };
    const email = rest[0] ?? given.email;
    if (isAboutLinks(what)) return email === undefined ? refuse(MISSING.email) : { what, email };
    if (isAboutOne(what)) return email === undefined ? refuse(MISSING.email) : { what, email, reason };
    if (what === "role" || what === "invite") {
      const wanted = role.safeParse(rest[1] ?? given.role);
      if (email === undefined) return refuse(MISSING.email);
      if (!wanted.success) return refuse(MISSING.role);
      const chosen = { email, role: wanted.data, reason };
      return what === "role" ? { what: "role" as const, ...chosen } : { what: "invite" as const, ...chosen };
    }
    if (what !== "add") return refuse(`Use staff ${DONE.slice(0, -1).join(", ")} or ${DONE.at(-1)}.`);
    const member = add.safeParse(given);
    return member.success ? member.data : refuse(member.error.issues[0]?.message ?? MISSING.email);
  });

export const staff = defineCommand({
  name: "staff",
  usage: FORMS,
  summary: "manage who can sign in",
  help: [
    `invite: prints a link, once. The person who opens it within ${INVITATION_HOURS} hours chooses a name and a password.`,
    "withdraw: the links to this address, of an invitation or for a new password, no longer work.",
    "add: creates a member, or changes the one with this address. A password is generated and shown once.",
    "role: changes the role; the password and the sessions stay. The last admin keeps the role.",
    "new-password: prints a link with which the member chooses a new password.",
    "--password-stdin: read the password from standard input. It is never an argument, because other users of the",
    "machine can see arguments.",
    "--reason: kept in the audit.",
  ],
  options: {
    email: { type: "string" },
    name: { type: "string" },
    role: { type: "string" },
    reason: { type: "string" },
    "password-stdin": { type: "boolean" },
  },
  input,
  run(context, request) {
    switch (request.what) {
      case "add":
        return addMember(context, request);
      case "list":
        return listMembers(context);
      case "invite":
        return printLink(context, request.email, () =>
          context.roster.invitations.invite(request, COMMAND_LINE),
        );
      case "new-password":
        return offerNewPassword(context, request.email);
      case "withdraw":
        return withdrawLinks(context, request.email);
      default:
        return changeMember(context, request);
    }
  },
});

async function addMember(
  { roster, out, newPassword, readInput }: CommandContext,
  { fromInput, email, name, role }: z.infer<typeof add>,
): Promise<ExitCode> {
  // Piped input ends with a line break that is not part of the password.
  const password = fromInput ? (await readInput()).replace(/\r?\n$/, "") : newPassword();
  const change = await roster.addStaff({ email, name, role, password });
  if (!change.ok) {
    out.fail(change.reason, REFUSALS[change.reason]);
    return EXIT.failed;
  }
  const { id, created } = change;
  out.answer({ id, email, name, role, created, ...(!fromInput && { password }) }, () => [
    `${created ? "Added" : "Changed"}: ${name} <${email}>, ${role}.`,
    ...(fromInput ? [] : [`Password (shown only once): ${password}`]),
  ]);
  return EXIT.done;
}

type Refusal = Extract<StaffChange, { ok: false }>["reason"];

const REFUSALS: Record<Refusal, string> = {
  bad_email: "The email address is not valid.",
  bad_name: "The name is empty or too long.",
  last_admin: TEAM_REFUSALS.last_admin,
  ...PASSWORD_PROBLEMS,
};

async function listMembers({ roster, out }: CommandContext): Promise<ExitCode> {
  const members = await roster.listStaff();
  out.answer(members, () => [
    ...(members.length === 0
      ? ["No staff yet. Add the first member with: staff add"]
      : [["email", "name", "role", "signs in with", "since"]]),
    ...members.map(
      ({ email, name, role, hasPassword, createdAt }): Line => [
        email,
        name,
        role,
        hasPassword ? "password" : "single sign-on",
        formatDay(createdAt.getTime() / 1000),
      ],
    ),
  ]);
  return EXIT.done;
}

type OnMember = { email: string; reason?: string } & (
  | { what: "remove" | "reset-second-factor" | "end-sessions" }
  | { what: "role"; role: Role }
);

async function changeMember({ roster, out }: CommandContext, request: OnMember): Promise<ExitCode> {
  const { email, reason } = request;
  const staffId = await roster.findMember(email);
  if (staffId === null) return failWithoutMember(out, email);
  const { members } = roster;
  const about = { staffId, reason };
  const done = {
    remove: () => members.removeMember(about, COMMAND_LINE),
    "reset-second-factor": () => members.removeSecondFactor(about, COMMAND_LINE),
    "end-sessions": () => members.endSessions(about, COMMAND_LINE),
    role: () =>
      members.changeRole({ ...about, role: request.what === "role" ? request.role : "viewer" }, COMMAND_LINE),
  };
  const answer = await done[request.what]();
  if (!answer.ok) {
    out.fail(answer.reason, TEAM_REFUSALS[answer.reason]);
    return EXIT.failed;
  }
  out.answer({ email, done: request.what, ...(request.what === "role" && { role: request.role }) }, () => [
    request.what === "role" ? `Changed: ${email} is ${request.role} now.` : SENTENCES[request.what](email),
  ]);
  return EXIT.done;
}

const SENTENCES = {
  remove: (email: string) => `Removed: ${email}. Their sessions have ended.`,
  "reset-second-factor": (email: string) =>
    `Reset: ${email} signs in with the password alone until a new one is added.`,
  "end-sessions": (email: string) => `Signed out: ${email}, in every browser.`,
};

async function offerNewPassword(context: CommandContext, email: string): Promise<ExitCode> {
  const { roster, out } = context;
  const staffId = await roster.findMember(email);
  if (staffId === null) return failWithoutMember(out, email);
  return printLink(context, email, () => roster.invitations.offerNewPassword({ staffId }, COMMAND_LINE));
}

async function printLink(
  { out, appUrl }: CommandContext,
  email: string,
  make: () => Promise<Invited>,
): Promise<ExitCode> {
  const made = await make();
  if (!made.ok) {
    out.fail(made.reason, INVITE_REFUSALS[made.reason]);
    return EXIT.failed;
  }
  const link = buildInvitationUrl(appUrl, made.token);
  out.answer({ email, link, expiresAt: made.expiresAt.toISOString() }, () => [
    `Send this link to ${email}. It works once, within ${INVITATION_HOURS} hours, and is shown only now:`,
    link,
  ]);
  return EXIT.done;
}

async function withdrawLinks({ roster, out }: CommandContext, email: string): Promise<ExitCode> {
  const { invitations } = await roster.listTeam();
  let withdrawn = 0;
  for (const open of invitations)
    if (
      foldEmail(open.email) === foldEmail(email) &&
      (await roster.invitations.withdraw(open.id, COMMAND_LINE))
    )
      withdrawn += 1;
  if (withdrawn === 0) {
    out.fail("no_open_link", `No link to ${email} is open.`);
    return EXIT.failed;
  }
  out.answer({ email, withdrawn }, () => [`Withdrawn: the link to ${email} no longer works.`]);
  return EXIT.done;
}

function failWithoutMember(out: CommandContext["out"], email: string): ExitCode {
  out.fail("no_such_member", `There is no member with the address ${email}.`);
  return EXIT.failed;
}
