import { Form } from "@remix-run/react";
import type { OpenInvitationRow } from "~/auth/team/team-list.server";
import { Button } from "~/ui/button";
import { Time } from "~/ui/format/time";

/** Links that were not used yet. What they open was shown once and cannot be shown again. */
export function OpenLinks({ invitations }: { invitations: OpenInvitationRow[] }) {
  if (invitations.length === 0) return null;
  return (
    <ul aria-label="Open links" className="mt-4 border-t border-line text-table">
      {invitations.map(({ id, email, role, isReset, by, expiresAt }) => (
        <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2">
          <span className="min-w-0 basis-64 font-medium break-words">{email}</span>
          <span className="flex-1 basis-48 text-quiet">
            {isReset ? "new password" : role} · by {by} · expires <Time at={expiresAt} />
          </span>
          <Form method="post">
            <input type="hidden" name="intent" value="withdraw" />
            <input type="hidden" name="invitationId" value={id} />
            <Button type="submit" size="small" aria-label={`Withdraw the link for ${email}`}>
              Withdraw
            </Button>
          </Form>
        </li>
      ))}
    </ul>
  );
}
