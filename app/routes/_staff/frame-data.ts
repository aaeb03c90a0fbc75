import { useRouteLoaderData } from "@remix-run/react";
import { type Role, roleAllows } from "~/auth/roles";
import type { FrameCounts, FrameView } from "~/dashboard/views";
import { useFollowed } from "~/ui/followed";

/** What the frame around every page of the dashboard knows. */
export type FrameData = {
  frame: FrameView;
  /** May follow the page; null when it takes too long. */
  counts: FrameCounts | null | Promise<FrameCounts | null>;
  staff: { name: string; email: string; role: Role };
};

/** What the frame counts; null while it is not known. */
export const useFrameCounts = ({ counts }: FrameData): FrameCounts | null => useFollowed(counts) ?? null;

/** The frame's data on any page within it; null where there is no frame, or it could not be loaded. */
export function useFrameData(): FrameData | null {
  return useRouteLoaderData<FrameData>("routes/_staff") ?? null;
}

/** Whether the person at the screen may do what needs this role. Only for what is shown: every action checks again. */
export function useMay(role: Role): boolean {
  const staff = useFrameData()?.staff;
  return staff ? roleAllows(staff.role, role) : false;
}
