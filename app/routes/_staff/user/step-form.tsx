import type { ReactNode } from "react";
import { buildUserPath } from "./use-sync";

type StepFormProps = {
  userId: string;
  intent: "sync" | "preview";
  /** What the page does in place. Without scripts the form is sent, and the user’s page shows the result. */
  onSubmit: () => void;
  children: ReactNode;
};

/** A step that also works in a browser without scripts. */
export function StepForm({ userId, intent, onSubmit, children }: StepFormProps) {
  return (
    <form
      method="post"
      action={buildUserPath(userId)}
      className="inline-block"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <input type="hidden" name="intent" value={intent} />
      {children}
    </form>
  );
}
