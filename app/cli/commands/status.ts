import { z } from "zod";
import { defineCommand } from "~/cli/command";
import { showAccountStatus } from "./status-account";
import { showUserStatus } from "./status-user";

export const status = defineCommand({
  name: "status",
  usage: ["status", "status <user id | email | cus_… | sub_…>"],
  summary: "show the whole account, or compare database and Stripe for one user",
  help: [
    "Reads what is stored, not Stripe. Exit code 3: unacknowledged mismatches remain, what is known is out of date, or Stripe refuses the key or a permission that is needed.",
  ],
  options: {},
  input: z.object({ positionals: z.array(z.string()).max(1, "One user at a time.") }),
  run: (context, { positionals: [user] }) =>
    user === undefined ? showAccountStatus(context) : showUserStatus(context, user),
});
