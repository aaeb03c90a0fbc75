import { Outlet, useLoaderData } from "@remix-run/react";
import { route } from "~/http/route.server";
import { soon } from "~/http/soon.server";
import { Problem } from "~/ui/problem";
import { Frame } from "./frame";
import { type FrameData, useFrameData } from "./frame-data";

/** Counts that take longer follow the page. */
const COUNTS_WITHIN_MS = 40;

/** The frame alone: every page within it checks for itself who asks. */
export const loader = route.loader(
  { who: "staff", role: "viewer" },
  async ({ parity, staff, log }): Promise<FrameData> => {
    const [frame, counts] = await Promise.all([
      parity.frame(),
      soon(parity.frameCounts(), { log, withinMs: COUNTS_WITHIN_MS }),
    ]);
    return { frame, counts: counts.value, staff: { name: staff.name, email: staff.email, role: staff.role } };
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
  if (!data) return <Problem />;
  return (
    <Frame data={data}>
      <Problem />
    </Frame>
  );
}
