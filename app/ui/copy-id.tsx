import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { classNames } from "./class-names";
import { copyText } from "./copy-text";

/** `sub_1MowQVLkdIwHu7ixeb` → `sub_1MowQ…7ixeb`. Ids of up to 18 characters stay as they are. */
export function shortenId(id: string): string {
  return id.length <= 18 ? id : `${id.slice(0, 9)}…${id.slice(-5)}`;
}

const STRIPE_ID = /\b((?:cus|sub|price|prod|in)_[A-Za-z0-9]{10,})\b/;

/** A value of a record. An id of Stripe in it is shortened in the middle and never broken; the title has it whole. */
export function Value({ children }: { children: string }) {
  // Splitting by an expression with a group puts what it finds at the odd places.
  return children.split(STRIPE_ID).map((part, at) =>
    at % 2 === 0 ? (
      part
    ) : (
      <span key={part} title={part} className="font-mono text-small whitespace-nowrap">
        {`${part.slice(0, 8)}…${part.slice(-4)}`}
      </span>
    ),
  );
}

type CopyIdProps = {
  id: string;
  label: string;
  /** Shows the full value in the text font, for example an email address. */
  isFull?: boolean;
};

/** An id, shortened in the middle. The full id is in the title and is what gets copied. */
export function CopyId({ id, label, isFull = false }: CopyIdProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => setCopied(await copyText(id));
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      data-text=""
      onClick={copy}
      title={id}
      className={classNames(
        "group inline-flex min-h-6 min-w-0 items-center gap-1.5 rounded text-quiet hover:text-ink",
        isFull ? "text-table" : "font-mono text-small",
      )}
    >
      <span className="truncate">{isFull ? id : shortenId(id)}</span>
      <Icon className="size-3 shrink-0 text-faint group-hover:text-ink" aria-hidden="true" />
      <span className="sr-only" aria-live="polite">
        {copied ? `${label} copied` : `Copy ${label}`}
      </span>
    </button>
  );
}
