import { route } from "~/http/route.server";

/** Liveness: whether the process runs. It does not query the database, because a restart would not repair that. */
export const loader = route.loader({ who: "public", because: "load balancers have no secret" }, () =>
  Response.json({ ok: true }),
);
