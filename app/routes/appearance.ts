import { data, redirect } from "@remix-run/node";
import { z } from "zod";
import { route } from "~/http/route.server";
import { appearanceCookies, RAILS, THEMES } from "~/ui/theme/appearance";

const form = z.object({ theme: z.enum(THEMES).optional(), rail: z.enum(RAILS).optional() });

/** Keeps how somebody likes the dashboard, in cookies of their browser. */
export const action = route.action({ who: "staff", role: "viewer", form }, ({ form }) => {
  const headers = new Headers();
  for (const cookie of appearanceCookies(form)) headers.append("Set-Cookie", cookie);
  return data(null, { headers });
});

export const loader = route.loader({ who: "public", because: "it only leads home" }, () => redirect("/"));
