import { z } from "zod";
import { COMMAND_LINE, type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import type { SettingsView } from "~/dashboard/settings-view.server";
import {
  describeSetting,
  formatSetting,
  isSettingKey,
  parseSettings,
  SETTING_KEYS,
  type SettingKey,
  type SettingValues,
} from "~/engine/account/settings-catalogue.server";
import { WRITE_MODE_MEANINGS } from "~/ui/status/words";

/** Stands for no value: an empty argument is easy to lose in a shell. */
const NONE = "-";
const KEY_WIDTH = Math.max(...SETTING_KEYS.map((key) => key.length)) + 2;

const input = z
  .object({ positionals: z.array(z.string()).max(2, "Give one setting and its value.") })
  .transform(({ positionals: [name, typed] }, context) => {
    const fail = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    if (name === undefined) return { key: null, change: null };
    if (!isSettingKey(name))
      return fail(`There is no setting ${name}. The settings are ${SETTING_KEYS.join(", ")}.`);
    if (typed === undefined) return { key: name, change: null };
    const parsed = parseSettings({ [name]: typed === NONE ? "" : typed });
    return parsed.ok
      ? { key: name, change: parsed.change }
      : fail(`${name}: ${parsed.problems[name]?.join(" ") ?? "This value is not valid."}`);
  });

export const settings = defineCommand({
  name: "settings",
  usage: ["settings", "settings <key> [value]"],
  summary: "show or change the settings",
  help: [
    `Without a value the setting is shown. ${NONE} as the value clears the setting.`,
    ...SETTING_KEYS.map((key) => `${key.padEnd(KEY_WIDTH)}${describeSetting(key)}`),
  ],
  options: {},
  input,
  run: async (context, { key, change }) =>
    key !== null && change !== null ? changeSetting(context, key, change) : showSettings(context, key),
});

async function showSettings({ parity, out }: CommandContext, only: SettingKey | null): Promise<ExitCode> {
  const all = await parity.settings.get();
  const keys = only === null ? SETTING_KEYS : [only];
  const value = only === null ? all : { [only]: all[only] };
  out.answer(value, () => [
    ...keys.map((key): Line => [key, formatSetting(all[key], NONE), describeSetting(key)]),
    ...(only === null ? [["account", formatBinding(all), "The Stripe account of this database."]] : []),
  ]);
  return EXIT.done;
}

async function changeSetting(
  { parity, out }: CommandContext,
  key: SettingKey,
  change: Partial<SettingValues>,
): Promise<ExitCode> {
  const before = (await parity.settings.get())[key];
  const after = (await parity.settings.set(change, COMMAND_LINE))[key];
  out.answer({ key, before, after }, () => [
    `${key}: ${formatSetting(before, NONE)} → ${formatSetting(after, NONE)}`,
    ...(change.writeMode === undefined ? [] : [WRITE_MODE_MEANINGS[change.writeMode]]),
  ]);
  return EXIT.done;
}

const formatBinding = ({ binding }: SettingsView) =>
  binding === null ? NONE : `${binding.accountId} (${binding.livemode ? "live" : "test"})`;
