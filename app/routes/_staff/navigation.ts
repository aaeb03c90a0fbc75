import { ArrowDownToLine, Gauge, History, type LucideIcon, SlidersHorizontal, Users } from "lucide-react";
import type { FrameCounts } from "~/dashboard/views";

export type Entry = { to: string; label: string; icon: LucideIcon; count: number };

/** The pages of the dashboard, and how many things wait on them, as far as it is known. */
export function navigationOf(counts: FrameCounts | null): Entry[] {
  return [
    { to: "/", label: "Overview", icon: Gauge, count: 0 },
    { to: "/users", label: "Users", icon: Users, count: 0 },
    {
      to: "/revocations",
      label: "Revocations",
      icon: ArrowDownToLine,
      count: counts?.waitingRevocations ?? 0,
    },
    { to: "/runs", label: "Runs", icon: History, count: 0 },
    { to: "/settings", label: "Settings", icon: SlidersHorizontal, count: 0 },
  ];
}
