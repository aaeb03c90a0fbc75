import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { maskText } from "~/platform/mask.server";
import { describeInstallation, describeRefusal } from "~/platform/uninstall/describe";
import { examineInstallation, uninstall } from "~/platform/uninstall/uninstall.server";

// npm run db:uninstall: removes Parity from the database of DATABASE_URL.
const USAGE = `npm run db:uninstall [-- --yes] [--force]
--yes: do not ask for the name of the database. --force: also while processes of Parity's are connected.
`;
const say = (text: string) => void process.stderr.write(`${text}\n`);

/** One line that a person types; empty without a terminal, where a pipe may stay open and say nothing. */
async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) return "";
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once("close", () => resolve(""));
    lines.question(question, (answer) => {
      resolve(answer.trim());
      lines.close();
    });
  });
}

function readOptions(): { yes: boolean; force: boolean } | null {
  try {
    const option = { type: "boolean", default: false } as const;
    return parseArgs({ options: { yes: option, force: option } }).values;
  } catch {
    return null;
  }
}

async function main(): Promise<number> {
  const options = readOptions();
  const url = process.env.DATABASE_URL?.trim();
  if (options === null || !url) {
    say(options === null ? USAGE : "Set DATABASE_URL. (The demo is removed by npm run demo:reset.)");
    return 2;
  }
  const found = await examineInstallation(url);
  const refusal = describeRefusal(found, options);
  if (refusal !== null) {
    say(refusal);
    // Where there is nothing, all is done.
    return found.schema === "none" ? 0 : 1;
  }
  say(describeInstallation(found));
  if (
    !options.yes &&
    (await ask(`Type the name of the database (${found.database}) to remove it: `)) !== found.database
  ) {
    say("The name of the database was not given. Nothing was removed. Without a terminal: --yes.");
    return 1;
  }
  const { removed, installation } = await uninstall(url, options);
  if (!removed) {
    say(describeRefusal(installation, options) ?? "Nothing was removed.");
    return 1;
  }
  process.stdout.write(`Parity was removed from the database ${found.database}.\n`);
  return 0;
}

process.exitCode = await main().catch((error: unknown) => {
  say(`Nothing was removed: ${maskText(error instanceof Error ? error.message : String(error))}`);
  return 1;
});
