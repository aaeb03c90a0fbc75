import { route } from "~/http/route.server";

/** Whether the process lives. It asks nobody: a database that is away is no reason to restart us. */
export const loader = route.loader({ who: "public", because: "load balancers ask without a secret" }, () =>
  Response.json({ ok: true }),
);
