import { data, redirect } from "@remix-run/node";
import { z } from "zod";
import { route } from "~/http/route.server";
import { buildAppearanceCookies, DENSITIES, SIDEBAR_WIDTHS, THEMES } from "~/ui/theme/appearance";

const form = z.object({
  theme: z.enum(THEMES).optional(),
  sidebar: z.enum(SIDEBAR_WIDTHS).optional(),
  density: z.enum(DENSITIES).optional(),
  hidden: z
    .string()
    .regex(/^[a-z.]{0,100}$/)
    .optional(),
});

/** Saves display preferences in cookies. */
export const action = route.action({ who: "staff", role: "viewer", form }, ({ form }) => {
  const headers = new Headers();
  for (const cookie of buildAppearanceCookies(form)) headers.append("Set-Cookie", cookie);
  return data(null, { headers });
});

export const loader = route.loader({ who: "public", because: "it only redirects" }, () => redirect("/"));
