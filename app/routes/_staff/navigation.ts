import { useLocation } from "@remix-run/react";
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

export type NavigationItem = {
  to: string;
  label: string;
  icon: LucideIcon;
  count: number;
  /** Pages that are reached from it, and have no entry of their own. */
  pages?: string[];
};

const isAt = (pathname: string, page: string) => pathname === page || pathname.startsWith(`${page}/`);

/** What `aria-current` says of an entry: the page itself, or one that belongs to it. */
export function useCurrent() {
  const { pathname } = useLocation();
  return ({ to, pages = [] }: NavigationItem): "page" | "true" | undefined => {
    if (pathname === to) return "page";
    const isUnder = to !== "/" && isAt(pathname, to);
    return isUnder || pages.some((page) => isAt(pathname, page)) ? "true" : undefined;
  };
}

/** The pages of the dashboard, with the number of items that need a decision. An unknown number counts as 0. */
export function listNavigation(counts: FrameCounts | null): NavigationItem[] {
  return [
    { to: "/", label: "Inbox", icon: Inbox, count: counts?.waiting ?? 0, pages: ["/revocations"] },
    { to: "/users", label: "Users", icon: Users, count: 0 },
    { to: "/plans", label: "Plans", icon: Tags, count: 0 },
    { to: "/runs", label: "Runs", icon: History, count: 0 },
    { to: "/activity", label: "Activity", icon: ListChecks, count: 0 },
    { to: "/health", label: "Health", icon: Activity, count: 0, pages: ["/alerts", "/doctor"] },
    { to: "/settings", label: "Settings", icon: SlidersHorizontal, count: 0, pages: ["/team", "/account"] },
  ];
}
