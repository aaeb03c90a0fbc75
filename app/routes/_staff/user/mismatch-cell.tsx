import type { UserView } from "~/dashboard/user-view.server";
import { FlagChip } from "~/ui/status/flag-chip";
import { VerdictMark } from "~/ui/status/verdict-mark";
import { listDifferingFields } from "./differing-fields";

/** The verdict and flags, and below them the fields that differ. */
export function MismatchCell({ user }: { user: UserView }) {
  const fields = listDifferingFields(user.mismatches);
  return (
    <>
      <span className="flex max-h-[18px] flex-wrap items-center gap-x-2 gap-y-1 overflow-hidden">
        <VerdictMark verdict={user.verdict} />
        {user.flags.map((flag) => (
          <FlagChip key={flag} flag={flag} />
        ))}
      </span>
      <span className="block truncate text-small text-quiet" title={fields.join(", ")}>
        {fields.join(", ")}
      </span>
    </>
  );
}
