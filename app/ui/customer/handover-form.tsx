import { useEffect, useRef } from "react";
import { Button } from "~/ui/button";

type HandoverFormProps = {
  /** Hidden fields. They are posted in the body, so that no URL and no log contains them. */
  fields: Record<string, string>;
  label: string;
  /** Submits the form as soon as scripts run. */
  autoSubmit: boolean;
};

/** The form that posts a customer's token and so signs them in. */
export function HandoverForm({ fields, label, autoSubmit }: HandoverFormProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (autoSubmit) form.current?.requestSubmit();
  }, [autoSubmit]);
  return (
    <form ref={form} method="post" action="/workspace/session" className="mt-8">
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Button type="submit" variant="primary">
        {label}
      </Button>
    </form>
  );
}
