import { Outlet, useLoaderData } from "@remix-run/react";
import { deferIfSlow } from "~/http/defer-if-slow.server";
import { route } from "~/http/route.server";
import { ErrorPage } from "~/ui/error-page";
import { Frame } from "./frame";
import { type FrameData, useFrameData } from "./frame-data";

/** Slower counts arrive after the page. */
const COUNTS_WITHIN_MS = 40;

/** Loads only the layout's data. Every page inside it checks access itself. */
export const loader = route.loader(
  { who: "staff", role: "viewer" },
  async ({ parity, staff, log }): Promise<FrameData> => {
    const [frame, counts] = await Promise.all([
      parity.frame(),
      deferIfSlow(parity.frameCounts(), { log, withinMs: COUNTS_WITHIN_MS }),
    ]);
    const lastCounts = parity.lastFrameCounts();
    return {
      frame,
      counts: counts.value,
      lastCounts,
      staff: { name: staff.name, email: staff.email, role: staff.role },
    };
  },
);

export default function Staff() {
  return (
    <Frame data={useLoaderData<typeof loader>()}>
      <Outlet />
    </Frame>
  );
}

export function ErrorBoundary() {
  const data = useFrameData();
  if (!data) return <ErrorPage />;
  return (
    <Frame data={data}>
      <ErrorPage />
    </Frame>
  );
}
