import type { UserView } from "~/dashboard/views";
import { FlagChip } from "~/ui/status/flag-chip";
import { VerdictMark } from "~/ui/status/verdict-mark";
import { differingFields } from "./differing-fields";

/** The verdict, and below it which fields differ. */
export function Difference({ user }: { user: UserView }) {
  const fields = differingFields(user.mismatches);
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
