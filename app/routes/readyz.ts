import { route } from "~/http/route.server";

/** Readiness: the database answers and its schema is up to date. */
export const loader = route.loader(
  { who: "public", because: "load balancers have no secret" },
  async ({ context }) => {
    const readiness = await context.ready();
    return Response.json(readiness, { status: readiness.ok ? 200 : 503 });
  },
);
