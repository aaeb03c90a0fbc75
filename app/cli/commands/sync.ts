import { z } from "zod";
import { defineCommand } from "~/cli/command";
import { syncAll } from "./sync-all";
import { syncOne } from "./sync-one";

const input = z
  .object({
    positionals: z.array(z.string()).max(1, "One user at a time, or --all."),
    all: z.boolean().default(false),
    apply: z.boolean().default(false),
    read: z.boolean().default(false),
  })
  .refine(({ positionals, all }) => (positionals.length === 1) !== all, "Name a user, or --all.")
  .refine(({ all, apply, read }) => all || !(apply || read), "--apply and --read need --all.")
  .refine(({ apply, read }) => !(apply && read), "--apply always reads Stripe: leave out --read.");

export const sync = defineCommand({
  name: "sync",
  usage: ["sync <user id | email | cus_… | sub_…>", "sync --all [--read | --apply]"],
  summary: "read Stripe, evaluate and repair one user or all users",
  help: [
    "One user: reads Stripe and makes the repairs that are allowed.",
    "--all: a preview from what is stored. It changes no user.",
    "  --read   read Stripe first",
    "  --apply  read Stripe and repair",
    "Exit code 3: unacknowledged mismatches remain.",
  ],
  options: { all: { type: "boolean" }, apply: { type: "boolean" }, read: { type: "boolean" } },
  input,
  run: (context, { positionals: [user], apply, read }) =>
    user === undefined ? syncAll(context, { apply, read }) : syncOne(context, user),
});
