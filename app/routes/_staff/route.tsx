import { Outlet, useLoaderData } from "@remix-run/react";
import { route } from "~/http/route.server";
import { Problem } from "~/ui/problem";
import { Frame } from "./frame";
import { type FrameData, useFrameData } from "./frame-data";

/** The frame alone: every page within it checks for itself who asks. */
export const loader = route.loader(
  { who: "staff", role: "viewer" },
  async ({ parity, staff }): Promise<FrameData> => ({
    frame: await parity.frame(),
    staff: { name: staff.name, email: staff.email, role: staff.role },
  }),
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
