import {
  formatSetting,
  SETTING_KEYS,
  type SettingKey,
  type SettingValues,
} from "~/engine/account/settings-catalogue.server";

type Picked = {
  typed: Record<string, unknown>;
  problems: Partial<Record<SettingKey, string[]>>;
};

/**
 * What this person has changed of what the form showed (`shown-graceDays`): the form has all settings, and another person may have saved some of
 * them meanwhile. Those are not set back, and a setting that both have changed is not overwritten unseen.
 */
export function pickTyped(typed: Record<string, unknown>, current: SettingValues): Picked {
  const picked: Picked = { typed: {}, problems: {} };
  for (const key of SETTING_KEYS) {
    if (!Object.hasOwn(typed, key)) continue;
    const text = String(typed[key] ?? "").trim();
    const is = formatSetting(current[key]);
    const was = Object.hasOwn(typed, `shown-${key}`) ? String(typed[`shown-${key}`] ?? "") : is;
    if (text === was) continue;
    if (is !== was && is !== text)
      picked.problems[key] = [
        `Another person has set this to ${is === "" ? "nothing" : is} meanwhile. Load the page again to change it.`,
      ];
    picked.typed[key] = typed[key];
  }
  return picked;
}
