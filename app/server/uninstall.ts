import { parseArgs } from "node:util";
import { readErrorText } from "~/platform/errors.server";
import { maskText } from "~/platform/mask.server";
import { askPerson } from "~/platform/surroundings/ask-person.server";
import { outliveOutput } from "~/platform/surroundings/outlive-output.server";
import { runUninstall } from "~/platform/uninstall/run-uninstall.server";

// npm run db:uninstall: what parity uninstall does, without opening anything else.
const USAGE = `npm run db:uninstall [-- --yes] [--force]
--yes: do not ask for the name of the database. --force: also while processes of Parity's are connected.
`;
outliveOutput();
const say = (text: string) => void process.stderr.write(`${text}\n`);

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
  const { removed, message, found } = await runUninstall(url, { ...options, say, ask: askPerson });
  if (removed) process.stdout.write(`${message}\n`);
  else say(message);
  // Where there is nothing, all is done.
  return removed || found === "none" ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  say(`Nothing was removed: ${maskText(readErrorText(error))}`);
  return 1;
});
