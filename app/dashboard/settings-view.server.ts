import type { Actor } from "~/engine/account/actor";
import { type Binding, loadSettings, saveSettings } from "~/engine/account/settings.server";
import type { SettingValues } from "~/engine/account/settings-catalogue.server";
import type { Database } from "~/platform/client.server";

/** All settings in one flat object, as the settings page and the command line show them. */
export type SettingsView = SettingValues & { binding: Binding | null };

/** What the business decides; each change is audited with who made it. */
export function createSettings({ db }: { db: Database }) {
  return {
    get: () => loadSettingsView(db),
    async set(change: Partial<SettingValues>, actor: Actor): Promise<SettingsView> {
      await saveSettings(db, change, `${actor.kind}:${actor.id ?? ""}`);
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
