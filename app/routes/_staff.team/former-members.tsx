import { Form } from "@remix-run/react";
import type { FormerMember } from "~/auth/team/team-list.server";
import { Button } from "~/ui/button";
import { Time } from "~/ui/format/time";

/** Members that were removed: their names stay in the audit. */
export function FormerMembers({ members }: { members: FormerMember[] }) {
  return (
    <ul className="text-table">
      {members.map(({ id, name, email, role, removedAt }) => (
        <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2">
          <span className="min-w-0 basis-64">
            <span className="block font-medium">{name}</span>
            <span className="block break-words text-quiet">{email}</span>
          </span>
          <span className="flex-1 basis-48 text-quiet">
            {role} · removed <Time at={removedAt} />
          </span>
          <Form method="post">
            <input type="hidden" name="intent" value="invite" />
            <input type="hidden" name="email" value={email} />
            <input type="hidden" name="role" value={role} />
            <Button type="submit" size="small" aria-label={`Invite ${name} again`}>
              Invite again
            </Button>
          </Form>
        </li>
      ))}
    </ul>
  );
}
