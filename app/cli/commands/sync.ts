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
  .refine(({ all, apply, read }) => all || !(apply || read), "--apply and --read go with --all.")
  .refine(({ apply, read }) => !(apply && read), "--apply reads Stripe anyway.");

export const sync = defineCommand({
  name: "sync",
  usage: ["sync <user id | e-mail | cus_… | sub_…>", "sync --all [--read | --apply]"],
  summary: "read Stripe, evaluate, repair: one user, or everybody",
  help: [
    "One user: Stripe is read, and what may be repaired is repaired.",
    "--all: a preview. It is evaluated from what is stored, and writes no record.",
    "  --read   read Stripe first",
    "  --apply  read Stripe, and repair",
    "Ends with 3 while there are mismatches that nobody acknowledged.",
  ],
  options: { all: { type: "boolean" }, apply: { type: "boolean" }, read: { type: "boolean" } },
  input,
  run: (context, { positionals: [user], apply, read }) =>
    user === undefined ? syncAll(context, { apply, read }) : syncOne(context, user),
});
