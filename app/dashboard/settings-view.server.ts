import type { Actor } from "~/engine/account/actor";
import { type Binding, loadSettings, reportSettings, saveSettings } from "~/engine/account/settings.server";
import type { SettingValues } from "~/engine/account/settings-catalogue.server";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";

/** All settings in one flat object, as the settings page and the command line show them. */
export type SettingsView = SettingValues & { binding: Binding | null };

/** What the business decides; each change is audited with who made it. */
export function createSettings({ db, log }: { db: Database; log: Log }) {
  return {
    get: () => loadSettingsView(db),
    async set(change: Partial<SettingValues>, actor: Actor): Promise<SettingsView> {
      const by = `${actor.kind}:${actor.id ?? ""}`;
      reportSettings(log, await saveSettings(db, change, by), by);
      return loadSettingsView(db);
    },
  };
}

async function loadSettingsView(db: Database): Promise<SettingsView> {
  const {
    policy: _policy,
    fields: _fields,
    revocationLimit: _revocationLimit,
    ...view
  } = await loadSettings(db);
  return view;
}
