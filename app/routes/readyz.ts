import { route } from "~/http/route.server";

/** Whether this process can do its work: the database answers, and its schema is not behind. */
export const loader = route.loader(
  { who: "public", because: "load balancers ask without a secret" },
  async ({ context }) => {
    const readiness = await context.ready();
    return Response.json(readiness, { status: readiness.ok ? 200 : 503 });
  },
);
