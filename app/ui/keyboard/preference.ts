const NAME = "parity:keys";

/** Single keys can be switched off, for people who dictate or have another use for them. */
export const areKeysOn = (): boolean => window.localStorage.getItem(NAME) !== "off";

export function setKeysOn(isOn: boolean): void {
  if (isOn) window.localStorage.removeItem(NAME);
  else window.localStorage.setItem(NAME, "off");
}
