import { z } from "zod";
import { type BareContext, defineBareCommand, EXIT, type ExitCode } from "~/cli/command";
import { readErrorText } from "~/platform/errors.server";
import { maskText } from "~/platform/mask.server";
import { runUninstall } from "~/platform/uninstall/run-uninstall.server";

const input = z.object({
  positionals: z.array(z.string()).max(0, "uninstall takes no arguments, only options."),
  ...{ yes: z.boolean().default(false), force: z.boolean().default(false) },
});

export const uninstall = defineBareCommand({
  name: "uninstall",
  usage: ["uninstall [--yes] [--force]"],
  summary: "remove Parity from the database: its schema and its triggers, and nothing else",
  help: [
    "Says what would be removed, and asks for the name of the database. --yes: do not ask. --force: also while processes of",
    "Parity’s are connected. The application’s tables keep what is in them. npm run db:uninstall does the same.",
  ],
  options: { yes: { type: "boolean" }, force: { type: "boolean" } },
  input,
  run: (context, given) =>
    remove(context, given).catch((error: unknown) => {
      const said = maskText(readErrorText(error));
      context.out.fail("failed", `Nothing was removed: ${said}`);
      return EXIT.failed;
    }),
});

async function remove(
  { out, ask, readSurroundings }: BareContext,
  { yes, force }: z.infer<typeof input>,
): Promise<ExitCode> {
  const { databaseUrl } = readSurroundings();
  if (databaseUrl === null) {
    out.fail("no_database", "Set DATABASE_URL. (The demo is removed by npm run demo:reset.)");
    return EXIT.usage;
  }
  const { removed, message, found } = await runUninstall(databaseUrl, { yes, force, ask, say: out.note });
  if (removed || found === "none") {
    out.answer({ removed, message }, () => [message]);
    return EXIT.done;
  }
  out.fail("not_removed", message);
  return EXIT.failed;
}
