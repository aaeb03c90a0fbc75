import { useEffect, useRef } from "react";
import { Button } from "../button";

type HandOverProps = {
  /** What the form carries; in the body, so that it stands in no address and no log. */
  fields: Record<string, string>;
  label: string;
  /** Posts by itself as soon as scripts run. */
  atOnce: boolean;
};

/** The form that brings a customer in. */
export function HandOver({ fields, label, atOnce }: HandOverProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (atOnce) form.current?.requestSubmit();
  }, [atOnce]);
  return (
    <form ref={form} method="post" action="/workspace/session" className="mt-8">
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Button type="submit" look="primary">
        {label}
      </Button>
    </form>
  );
}
