import { useRouteLoaderData } from "@remix-run/react";
import type { FrameCounts, FrameView } from "~/dashboard/frame.server";
import { type Role, roleAllows } from "~/engine/account/roles";
import { useDeferred } from "~/ui/deferred";

/** The data of the dashboard's layout. */
export type FrameData = {
  frame: FrameView;
  /** May arrive after the page. Null if counting took too long. */
  counts: FrameCounts | null | Promise<FrameCounts | null>;
  /** Of a moment ago; null when nothing was counted lately. */
  lastCounts: FrameCounts | null;
  staff: { name: string; email: string; role: Role };
};

/** The counts of the layout, or those of a moment ago until the new ones are there. Null while they are not known. */
export function useFrameCounts({ counts, lastCounts }: FrameData): FrameCounts | null {
  const now = useDeferred(counts);
  return now === undefined ? lastCounts : now;
}

/** The layout's data, for any page inside it. Null outside the dashboard, or if it could not be loaded. */
export function useFrameData(): FrameData | null {
  return useRouteLoaderData<FrameData>("routes/_staff") ?? null;
}

/** Whether the signed-in staff member has this role. It only decides what is shown; every action checks again. */
export function useHasRole(role: Role): boolean {
  const staff = useFrameData()?.staff;
  return staff ? roleAllows(staff.role, role) : false;
}
