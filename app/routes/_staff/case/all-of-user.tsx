import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { buildUserPath } from "~/routes/_staff/user/use-sync";

/** Leads to the user's page with everything that pages leave out. */
export function AllOfUser({ userId, children }: { userId: string; children: ReactNode }) {
  return (
    <Link to={`${buildUserPath(userId)}?all=1`} className="text-accent underline">
      {children}
    </Link>
  );
}
