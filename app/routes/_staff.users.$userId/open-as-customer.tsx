import { useFrameData, useMay } from "../_staff/frame-data";

/** Leads to the customer's own page, where there is no application that would hand them over: in the demo. */
export function OpenAsCustomer({ userId }: { userId: string }) {
  const isDemo = useFrameData()?.frame.mode === "sandbox";
  const mayOpen = useMay("admin");
  if (!isDemo || !mayOpen) return null;
  return (
    <a
      href={`/demo/customer/${encodeURIComponent(userId)}`}
      target="_blank"
      rel="noopener"
      className="rounded text-accent hover:underline"
    >
      Open as this customer
    </a>
  );
}
