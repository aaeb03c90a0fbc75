import { z } from "zod";
import type { Outcome } from "~/sandbox/account/simulate";
import type { Control } from "~/sandbox/control/control";
import type { WebhookMode } from "~/sandbox/webhooks/mode";
import type { Webhooks } from "~/sandbox/webhooks/webhooks";

/** The webhook modes that the page offers. The control endpoint accepts others, too. */
export const WEBHOOK_MODES: Readonly<Record<string, { label: string; mode: WebhookMode }>> = {
  on: { label: "sent at once", mode: "on" },
  late: { label: "sent 5 seconds late", mode: { delayMs: 5_000 } },
  twice: { label: "sent twice", mode: { twice: true } },
  shuffled: { label: "sent in another order", mode: { shuffle: true } },
  lossy: { label: "half of them lost", mode: { dropRate: 0.5 } },
  off: { label: "all of them lost", mode: "off" },
};

/** The page's name of a mode; `other` for a mode that only the control endpoint can set. */
export function nameWebhookMode(mode: WebhookMode): string {
  const isSame = ([, known]: [string, { mode: WebhookMode }]) =>
    JSON.stringify(known.mode) === JSON.stringify(mode);
  return Object.entries(WEBHOOK_MODES).find(isSame)?.[0] ?? "other";
}

const milliseconds = z.coerce.number().min(0).max(600_000);

const settingsForm = z.object({
  webhooks: z.string(),
  latency: milliseconds,
  attachAfter: milliseconds,
  portalCancels: z.enum(["cancel_at", "cancel_at_period_end"]),
});

interface SettingsDeps {
  control: Control;
  webhooks: Webhooks;
}

/** Applies the form. Changes nothing when a value is invalid. */
export function applySettings({ control, webhooks }: SettingsDeps, form: URLSearchParams): Outcome {
  const parsed = settingsForm.safeParse(Object.fromEntries(form));
  if (!parsed.success) return { ok: false, message: "Enter times in milliseconds, from 0 to 600000." };
  const { latency, attachAfter, portalCancels } = parsed.data;
  const chosen = WEBHOOK_MODES[parsed.data.webhooks];
  if (chosen) webhooks.mode = chosen.mode;
  control.setLatency(latency, control.latency.reads);
  control.attachAfterMs = attachAfter;
  control.portalCancels = portalCancels;
  return { ok: true, message: "Settings saved." };
}
