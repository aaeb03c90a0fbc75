import { z } from "zod";
import { PASSWORD_PROBLEMS } from "~/auth/passwords.server";
import type { StaffChange } from "~/auth/roster.server";
import { formatDay } from "~/billing/dates";
import { type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import { roles } from "~/engine/account/roles";

const MISSING = {
  email: "Give the email address: --email you@example.com",
  name: 'Give the name: --name "Ada Lovelace"',
  role: `Give the role: --role ${roles.join(" | ")}`,
};

const options = {
  email: z.string().optional(),
  name: z.string().optional(),
  role: z.string().optional(),
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

const input = z
  .object({ positionals: z.array(z.string()), ...options })
  .transform(({ positionals: [what, ...rest], ...given }, context) => {
    const refuse = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    const needsEmail = what === "remove" || what === "reset-second-factor" ? what : null;
    if (rest.length > (needsEmail ? 1 : 0)) return refuse(`Unexpected argument: ${rest.join(" ")}.`);
    if (what === "list") return { what: "list" as const };
    const email = rest[0] ?? given.email;
    if (needsEmail !== null && email === undefined) return refuse(MISSING.email);
    if (needsEmail === "remove") return { what: "remove" as const, email: email ?? "" };
    if (needsEmail !== null) return { what: "reset-second-factor" as const, email: email ?? "" };
    if (what !== "add")
      return refuse("Use staff add, staff list, staff remove or staff reset-second-factor.");
    const member = add.safeParse(given);
    return member.success ? member.data : refuse(member.error.issues[0]?.message ?? MISSING.email);
  });

export const staff = defineCommand({
  name: "staff",
  usage: [
    `staff add --email <email> --name <name> --role <${roles.join(" | ")}> [--password-stdin]`,
    "staff list",
    "staff remove <email>",
    "staff reset-second-factor <email>",
  ],
  summary: "manage who can sign in",
  help: [
    "add: creates a member, or changes the one with this address. A password is generated and shown once.",
    "--password-stdin: read the password from standard input. It is never an argument, because other users of the",
    "machine can see arguments.",
  ],
  options: {
    email: { type: "string" },
    name: { type: "string" },
    role: { type: "string" },
    "password-stdin": { type: "boolean" },
  },
  input,
  run(context, request) {
    switch (request.what) {
      case "add":
        return addMember(context, request);
      case "list":
        return listMembers(context);
      case "remove":
        return removeMember(context, request.email);
      case "reset-second-factor":
        return resetSecondFactor(context, request.email);
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

async function removeMember({ roster, out }: CommandContext, email: string): Promise<ExitCode> {
  if (!(await roster.removeStaff(email))) {
    out.fail("no_such_member", `There is no member with the address ${email}.`);
    return EXIT.failed;
  }
  out.answer({ removed: email }, () => [`Removed: ${email}. Their sessions have ended.`]);
  return EXIT.done;
}

async function resetSecondFactor({ roster, out }: CommandContext, email: string): Promise<ExitCode> {
  if (!(await roster.resetSecondFactor(email))) {
    out.fail("no_second_factor", `There is no member with the address ${email} and a second factor.`);
    return EXIT.failed;
  }
  out.answer({ reset: email }, () => [
    `Reset: ${email} signs in with the password alone until a new one is added.`,
  ]);
  return EXIT.done;
}
