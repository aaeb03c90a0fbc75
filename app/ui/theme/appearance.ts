export const THEMES = ["system", "light", "dark"] as const;
export const SIDEBAR_WIDTHS = ["wide", "narrow"] as const;

export const DENSITIES = ["normal", "compact"] as const;

export type Density = (typeof DENSITIES)[number];
export type Theme = (typeof THEMES)[number];
export type SidebarWidth = (typeof SIDEBAR_WIDTHS)[number];

/** A staff member’s display preferences. They are in cookies so that the first render already uses them. */
export type Appearance = {
  theme: Theme;
  sidebar: SidebarWidth;
  /** Of the rows of the users table. */
  density: Density;
  /** Columns of the users table that are hidden: their ids, joined by a dot. */
  hidden: string;
};

const YEAR_SECONDS = 365 * 24 * 3600;

/** Reads the `Cookie` header. A missing or unknown value becomes the default. */
export function readAppearance(cookies: string | null): Appearance {
  const readCookie = (name: string) => new RegExp(`(?:^|;\\s*)${name}=([a-z.]+)`).exec(cookies ?? "")?.[1];
  return {
    theme: THEMES.find((theme) => theme === readCookie("parity_theme")) ?? "system",
    sidebar: SIDEBAR_WIDTHS.find((width) => width === readCookie("parity_sidebar")) ?? "wide",
    density: DENSITIES.find((density) => density === readCookie("parity_density")) ?? "normal",
    hidden: readCookie("parity_hidden") ?? "",
  };
}

/** `Set-Cookie` values that store the preferences for a year. */
export function buildAppearanceCookies(choice: Partial<Appearance>): string[] {
  return Object.entries(choice)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) => `parity_${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax; HttpOnly`,
    );
}
