import { z } from "zod";
import { defineCommand } from "~/cli/command";
import { statusOfAccount } from "./status-account";
import { statusOfUser } from "./status-user";

export const status = defineCommand({
  name: "status",
  usage: ["status", "status <user id | e-mail | cus_… | sub_…>"],
  summary: "the whole account, or one user with both words side by side",
  help: [
    "From what is stored: Stripe is not asked. Ends with 3 while there are mismatches that nobody acknowledged.",
  ],
  options: {},
  input: z.object({ positionals: z.array(z.string()).max(1, "One user at a time.") }),
  run: (context, { positionals: [user] }) =>
    user === undefined ? statusOfAccount(context) : statusOfUser(context, user),
});
