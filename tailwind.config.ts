import type { Config } from "tailwindcss";
import plugin from "tailwindcss/plugin";
import { dark, light, type Role } from "./app/ui/theme/tokens";

const variables = (tokens: Record<Role, string>) =>
  Object.fromEntries(Object.entries(tokens).map(([role, value]) => [`--${role}`, value]));

const roles = Object.fromEntries(Object.keys(light).map((role) => [role, `var(--${role})`]));

/** `data-theme` on <html> is a stored choice; without one the system decides. */
const themes = plugin(({ addBase }) => {
  addBase({
    ":root": { ...variables(light), "color-scheme": "light" },
    "@media (prefers-color-scheme: dark)": {
      ':root:not([data-theme="light"])': { ...variables(dark), "color-scheme": "dark" },
    },
    ':root[data-theme="dark"]': { ...variables(dark), "color-scheme": "dark" },
  });
});

export default {
  content: ["./app/**/*.{ts,tsx}"],
  theme: {
    colors: { transparent: "transparent", current: "currentColor", ...roles },
    fontSize: {
      small: ["12px", "16px"],
      table: ["13px", "18px"],
      text: ["14px", "20px"],
      lead: ["16px", "24px"],
      title: ["20px", "28px"],
      figure: ["28px", "32px"],
    },
    borderRadius: { none: "0", DEFAULT: "6px", full: "9999px" },
    boxShadow: {
      none: "none",
      float: "0 1px 2px rgb(0 0 0 / 0.06), 0 8px 24px rgb(0 0 0 / 0.14)",
    },
    extend: {
      fontFamily: {
        sans: ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"],
        mono: ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Liberation Mono", "monospace"],
      },
      maxWidth: { page: "1440px", prose: "68ch" },
      transitionDuration: { DEFAULT: "140ms" },
    },
  },
  plugins: [themes],
} satisfies Config;
