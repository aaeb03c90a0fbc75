import { useRevalidator } from "@remix-run/react";
import { useEffect, useState } from "react";
import { Button } from "~/ui/button";
import { copyText } from "~/ui/copy-text";

/** A message to the customer, ready to be copied: what was wrong, and what is right now. */
export function Reply({ text }: { text: string }) {
  // After a sync the text is of before it, until the page was read again.
  const isOld = useRevalidator().state !== "idle";
  const [state, setState] = useState<"ready" | "copied" | "refused">("ready");
  useEffect(() => {
    if (state !== "copied") return;
    const timer = setTimeout(() => setState("ready"), 2_000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => setState((await copyText(text)) ? "copied" : "refused");
  return (
    <details className="mt-4 rounded border border-line">
      <summary className="cursor-pointer rounded px-4 py-2.5 text-table font-medium">
        Reply to the customer
      </summary>
      <div className="border-t border-line px-4 py-3">
        <p className="max-w-prose text-table whitespace-pre-line select-all">{text}</p>
        <div className="mt-3 flex items-center gap-3">
          <Button size="small" onClick={copy} disabled={isOld}>
            Copy reply
          </Button>
          <span role="status" className="text-table text-quiet">
            {state === "copied" && "Copied"}
            {state === "refused" && "Select the text and copy it."}
          </span>
        </div>
      </div>
    </details>
  );
}
