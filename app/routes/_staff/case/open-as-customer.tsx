import { toPathId } from "~/platform/plain-text";
import { useFrameData, useHasRole } from "~/routes/_staff/frame-data";

/** Opens the customer's own page. Only in the demo, which has no application that hands customers over. */
export function OpenAsCustomer({ userId }: { userId: string }) {
  const isDemo = useFrameData()?.frame.mode === "sandbox";
  const canOpen = useHasRole("admin");
  if (!isDemo || !canOpen) return null;
  return (
    <a
      href={`/demo/customer/${toPathId(userId)}`}
      target="_blank"
      rel="noopener"
      className="inline-flex min-h-6 items-center rounded text-accent hover:underline"
    >
      Open as customer
    </a>
  );
}
