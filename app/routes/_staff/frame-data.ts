import { useRouteLoaderData } from "@remix-run/react";
import { type Role, roleAllows } from "~/auth/roles";
import type { FrameView } from "~/reconcile/views";

/** What the frame around every page of the dashboard knows. */
export type FrameData = { frame: FrameView; staff: { name: string; email: string; role: Role } };

/** The frame's data on any page within it; null where there is no frame, or it could not be loaded. */
export function useFrameData(): FrameData | null {
  return useRouteLoaderData<FrameData>("routes/_staff") ?? null;
}

/** Whether the person at the screen may do what needs this role. Only for what is shown: every action checks again. */
export function useMay(role: Role): boolean {
  const staff = useFrameData()?.staff;
  return staff ? roleAllows(staff.role, role) : false;
}
