import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";

/** `cus_NffrFeUfNV2Hib` → `cus_Nffr…2Hib`; short ones stay whole. */
export function shortId(id: string): string {
  return id.length <= 18 ? id : `${id.slice(0, 9)}…${id.slice(-5)}`;
}

/** An id, shortened in the middle, whole on hover and when copied. */
export function CopyId({ id, label }: { id: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () =>
    navigator.clipboard?.writeText(id).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      onClick={copy}
      title={id}
      className="group inline-flex min-h-6 items-center gap-1.5 rounded font-mono text-small text-quiet hover:text-ink"
    >
      <span>{shortId(id)}</span>
      <Icon className="size-3 shrink-0 text-faint group-hover:text-ink" aria-hidden="true" />
      <span className="sr-only" aria-live="polite">
        {copied ? `${label} copied` : `Copy ${label}`}
      </span>
    </button>
  );
}
