import { route } from "~/http/route.server";
import { VERSION } from "~/platform/surroundings/version.server";

/** Liveness: whether the process runs, and in which version. It does not query the database, because a restart would not repair that. */
export const loader = route.loader({ who: "public", because: "load balancers have no secret" }, () =>
  Response.json({ ok: true, version: VERSION }),
);
