import { z } from "zod";
import type { Outcome } from "../account/happenings";
import type { Control } from "../control/control";
import type { WebhookMode } from "../webhooks/mode";
import type { Webhooks } from "../webhooks/webhooks";

/** The ways of webhooks that the page offers; the control endpoint knows any other. */
export const WEBHOOK_MODES: Readonly<Record<string, { label: string; mode: WebhookMode }>> = {
  on: { label: "arrive at once", mode: "on" },
  late: { label: "arrive 5 seconds late", mode: { delayMs: 5_000 } },
  twice: { label: "arrive twice", mode: { twice: true } },
  shuffled: { label: "arrive in another order", mode: { shuffle: true } },
  lossy: { label: "get lost, every other one", mode: { dropRate: 0.5 } },
  off: { label: "get lost, all of them", mode: "off" },
};

/** What the page calls a mode; `other` when only the control endpoint can have set it. */
export function webhookModeName(mode: WebhookMode): string {
  const same = ([, known]: [string, { mode: WebhookMode }]) =>
    JSON.stringify(known.mode) === JSON.stringify(mode);
  return Object.entries(WEBHOOK_MODES).find(same)?.[0] ?? "other";
}

const milliseconds = z.coerce.number().min(0).max(600_000);

/** What the form of the sandbox's ways sends. */
const settingsForm = z.object({
  webhooks: z.string(),
  latency: milliseconds,
  attachAfter: milliseconds,
  portalCancels: z.enum(["cancel_at", "cancel_at_period_end"]),
});

interface SettingsParts {
  control: Control;
  webhooks: Webhooks;
}

/** Applies the form, or says that it cannot be read. */
export function applySettings({ control, webhooks }: SettingsParts, form: URLSearchParams): Outcome {
  const parsed = settingsForm.safeParse(Object.fromEntries(form));
  if (!parsed.success) return { ok: false, said: "Times are milliseconds, from 0 to 600000." };
  const { latency, attachAfter, portalCancels } = parsed.data;
  const chosen = WEBHOOK_MODES[parsed.data.webhooks];
  if (chosen) webhooks.mode = chosen.mode;
  control.setLatency(latency, control.latency.reads);
  control.attachAfterMs = attachAfter;
  control.portalCancels = portalCancels;
  return { ok: true, said: "Stripe now behaves like this." };
}
