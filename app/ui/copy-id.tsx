import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { classNames } from "./class-names";

/** `cus_NffrFeUfNV2Hib` → `cus_Nffr…2Hib`; short ones stay whole. */
export function shortId(id: string): string {
  return id.length <= 18 ? id : `${id.slice(0, 9)}…${id.slice(-5)}`;
}

type CopyIdProps = {
  id: string;
  label: string;
  /** For what people read, such as an address: all of it, in the font of text. */
  whole?: boolean;
};

/** An id, shortened in the middle, whole on hover and when copied. */
export function CopyId({ id, label, whole = false }: CopyIdProps) {
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
      className={classNames(
        "group inline-flex min-h-6 min-w-0 items-center gap-1.5 rounded text-quiet hover:text-ink",
        whole ? "text-table" : "font-mono text-small",
      )}
    >
      <span className="truncate">{whole ? id : shortId(id)}</span>
      <Icon className="size-3 shrink-0 text-faint group-hover:text-ink" aria-hidden="true" />
      <span className="sr-only" aria-live="polite">
        {copied ? `${label} copied` : `Copy ${label}`}
      </span>
    </button>
  );
}
