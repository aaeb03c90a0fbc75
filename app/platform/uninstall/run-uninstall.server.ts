import { describeInstallation, describeRefusal } from "./describe";
import type { Installation } from "./installation.server";
import { examineInstallation, uninstall } from "./uninstall.server";

export type UninstallOptions = {
  /** Do not ask. */
  yes: boolean;
  /** Also while processes of Parity's are connected. */
  force: boolean;
  /** What would be removed, before it is. */
  say: (text: string) => void;
  /** One line that a person types; null when there is none to ask. */
  ask: (question: string) => Promise<string | null>;
};

export type UninstallAnswer = { removed: boolean; message: string; found: Installation["schema"] };

/** Says what Parity has in the database, asks, and removes it. @throws when the database cannot be used. */
export async function runUninstall(url: string, options: UninstallOptions): Promise<UninstallAnswer> {
  const before = await examineInstallation(url);
  const { database, schema } = before;
  const refusal = describeRefusal(before, options);
  const refuse = (message: string): UninstallAnswer => ({ removed: false, message, found: schema });
  if (refusal !== null) return refuse(refusal);
  options.say(describeInstallation(before));
  const isAgreed =
    options.yes ||
    (await options.ask(`Type the name of the database (${database}) to remove it: `)) === database;
  if (!isAgreed)
    return refuse("The name of the database was not given. Nothing was removed. Without a terminal: --yes.");
  const { removed, installation } = await uninstall(url, options);
  return removed
    ? { removed, message: `Parity was removed from the database ${database}.`, found: schema }
    : refuse(describeRefusal(installation, options) ?? "Nothing was removed.");
}
