import { Form } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { Banner } from "~/ui/banner";
import { Button } from "~/ui/button";
import { CopyText } from "./copy-text";
import type { TeamResult } from "./team-action.server";

/** What became of the last decision, with its undo; a link is shown only here. It takes the focus, and is read out. */
export function Result({ result, hours }: { result: TeamResult | undefined; hours: number }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (result && !result.about) box.current?.focus({ preventScroll: false });
  }, [result]);
  if (!result || result.about) return null;
  const { problem, done, link, undo } = result;
  return (
    <div ref={box} tabIndex={-1} className="mb-4 rounded outline-none">
      {problem && (
        <Banner tone="critical" role="alert">
          {problem}
        </Banner>
      )}
      {done && (
        <Banner tone="right" role="status">
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {done}
            {undo && (
              <Form method="post">
                {Object.entries(undo).map(([name, value]) => (
                  <input key={name} type="hidden" name={name} value={value} />
                ))}
                <Button type="submit" size="small">
                  Undo
                </Button>
              </Form>
            )}
          </span>
        </Banner>
      )}
      {link && (
        <section aria-label="New link" className="rounded border border-line bg-raised p-4">
          <h2 className="text-text font-semibold">Send this link to {link.for}</h2>
          <p className="mt-1 text-table text-quiet">
            It is shown only now. It works once, within {hours} hours. Parity sends no email.
            {link.replaces && " The earlier link for them no longer works."}
          </p>
          <CopyText text={link.url} label="link" />
        </section>
      )}
    </div>
  );
}
