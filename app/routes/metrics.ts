import { route } from "~/http/route.server";

/** Metrics for Prometheus. */
export const loader = route.loader(
  { who: "metrics" },
  async ({ parity }) =>
    new Response(await parity.metrics(), {
      headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
    }),
);
