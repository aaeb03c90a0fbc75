export const THEMES = ["system", "light", "dark"] as const;
export const RAILS = ["wide", "narrow"] as const;

export type Theme = (typeof THEMES)[number];
export type Rail = (typeof RAILS)[number];

/** How a person likes the dashboard: kept in cookies, so that the first byte is right already. */
export type Appearance = { theme: Theme; rail: Rail };

const YEAR_SECONDS = 365 * 24 * 3600;

/** Reads the `Cookie` header; what is missing or unknown is the default. */
export function appearanceOf(cookies: string | null): Appearance {
  const value = (name: string) => new RegExp(`(?:^|;\\s*)${name}=([a-z]+)`).exec(cookies ?? "")?.[1];
  return {
    theme: THEMES.find((theme) => theme === value("parity_theme")) ?? "system",
    rail: RAILS.find((rail) => rail === value("parity_rail")) ?? "wide",
  };
}

/** `Set-Cookie` values that keep a choice for a year. */
export function appearanceCookies(choice: Partial<Appearance>): string[] {
  return Object.entries(choice)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) => `parity_${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax; HttpOnly`,
    );
}
