import type { SettingsView } from "~/dashboard/settings-view.server";
import { CopyId } from "~/ui/copy-id";
import { Time } from "~/ui/format/time";
import { Section } from "~/ui/section";

/** Which Stripe account this database belongs to. */
export function AccountSection({ binding }: { binding: SettingsView["binding"] }) {
  return (
    <Section title="Stripe account">
      {binding === null ? (
        <p className="py-3 text-table text-quiet">
          No Stripe account yet. The first read of Stripe binds this database to one account and mode.
        </p>
      ) : (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 py-3 text-table text-quiet">
          <CopyId id={binding.accountId} label="account id" />
          <span>{binding.livemode ? "live mode" : "test mode"}</span>
          <span>
            bound <Time at={binding.boundAt} as="moment" />
          </span>
        </div>
      )}
      <p className="text-table text-quiet">With a key for any other account, Parity writes nothing.</p>
    </Section>
  );
}
