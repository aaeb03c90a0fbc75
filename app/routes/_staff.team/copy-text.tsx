import { useState } from "react";
import { Button } from "~/ui/button";
import { copyText } from "~/ui/copy-text";

/** A text to copy. Where the browser does not let a page copy, it can still be selected. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const [state, setState] = useState<"" | "Copied" | "Select the text to copy it">("");
  const copy = async () => setState((await copyText(text)) ? "Copied" : "Select the text to copy it");
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2">
      <code className="max-w-full min-w-0 flex-1 basis-72 rounded border border-line bg-surface px-2.5 py-1.5 text-small break-all select-all">
        {text}
      </code>
      <Button variant="primary" onClick={copy}>
        Copy {label}
      </Button>
      <span role="status" className="text-table text-quiet">
        {state}
      </span>
    </div>
  );
}
