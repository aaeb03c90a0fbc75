import {
  formatSetting,
  SETTING_KEYS,
  SETTINGS,
  type SettingKey,
  type SettingValues,
} from "~/engine/account/settings-catalogue.server";

/** What the page shows of one setting. */
export type SettingField = {
  key: SettingKey;
  label: string;
  help: string;
  unit: string | null;
  role: "operator" | "admin";
  /** The value as text; empty when there is none. */
  text: string;
  /** Yes or no. */
  isSwitch: boolean;
};

/** The fields of the form: all settings except the write mode, which has a control of its own. */
export function describeFields(values: SettingValues): SettingField[] {
  return SETTING_KEYS.filter((key) => key !== "writeMode").map((key) => {
    const { label, help, unit, role } = SETTINGS[key];
    const text = formatSetting(values[key]);
    return { key, label, help, unit, role, text, isSwitch: text === "yes" || text === "no" };
  });
}
