import { ArrowDownToLine, Gauge, History, type LucideIcon, SlidersHorizontal, Users } from "lucide-react";
import type { FrameView } from "~/reconcile/views";

export type Entry = { to: string; label: string; icon: LucideIcon; count: number };

/** The pages of the dashboard, and how many things wait on them. */
export function navigationOf(frame: FrameView): Entry[] {
  return [
    { to: "/", label: "Overview", icon: Gauge, count: 0 },
    { to: "/users", label: "Users", icon: Users, count: 0 },
    { to: "/lowerings", label: "Lowerings", icon: ArrowDownToLine, count: frame.waitingLowerings },
    { to: "/runs", label: "Runs", icon: History, count: 0 },
    { to: "/settings", label: "Settings", icon: SlidersHorizontal, count: 0 },
  ];
}
