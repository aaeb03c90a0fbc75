import { Link } from "@remix-run/react";
import { pluralize } from "~/billing/words/counts";
import { type FrameData, useFrameCounts, useFrameData } from "./frame-data";

/** Leads to the revocations that wait for an admin. Nothing is shown where none does. */
export function PendingRevocations() {
  const frame = useFrameData();
  return frame && <Line frame={frame} />;
}

function Line({ frame }: { frame: FrameData }) {
  const users = useFrameCounts(frame)?.pendingRevocations ?? 0;
  if (users === 0) return null;
  return (
    <p className="pt-3 text-table">
      {pluralize(users, "revocation waits", "revocations wait")} for an admin.{" "}
      <Link to="/revocations" className="rounded text-accent underline underline-offset-2">
        View pending revocations
      </Link>
    </p>
  );
}
