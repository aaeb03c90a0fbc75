import { z } from "zod";
import { milliseconds } from "../control/faults";

/**
 * How events are sent. `off`: all are lost. An object combines: late, twice, events of the same moment in another order,
 * a share of them lost.
 */
export const webhookModeSchema = z.union([
  z.enum(["on", "off"]),
  z.strictObject({
    delayMs: milliseconds.optional(),
    twice: z.boolean().optional(),
    shuffle: z.boolean().optional(),
    dropRate: z.number().min(0).max(1).optional(),
  }),
]);

export type WebhookMode = z.infer<typeof webhookModeSchema>;
