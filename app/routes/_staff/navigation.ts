import {
  Activity,
  History,
  Inbox,
  ListChecks,
  type LucideIcon,
  SlidersHorizontal,
  Tags,
  Users,
} from "lucide-react";
import type { FrameCounts } from "~/dashboard/frame.server";

export type NavigationItem = { to: string; label: string; icon: LucideIcon; count: number };

/** The pages of the dashboard, with the number of items that need a decision. An unknown number counts as 0. */
export function listNavigation(counts: FrameCounts | null): NavigationItem[] {
  return [
    { to: "/", label: "Inbox", icon: Inbox, count: counts?.waiting ?? 0 },
    { to: "/users", label: "Users", icon: Users, count: 0 },
    { to: "/plans", label: "Plans", icon: Tags, count: 0 },
    { to: "/runs", label: "Runs", icon: History, count: 0 },
    { to: "/activity", label: "Activity", icon: ListChecks, count: 0 },
    { to: "/health", label: "Health", icon: Activity, count: 0 },
    { to: "/settings", label: "Settings", icon: SlidersHorizontal, count: 0 },
  ];
}
