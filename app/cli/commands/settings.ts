import { z } from "zod";
import { WRITE_MODES } from "~/billing/policy";
import { CONTACT_HINT, readSupportContact } from "~/billing/words/support-contact";
import { COMMAND_LINE, type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import type { SettingsView } from "~/dashboard/views";
import { WRITE_MODE_MEANINGS } from "~/ui/status/words";

type Changeable = Omit<SettingsView, "binding">;
type Key = keyof Changeable;

const MEANINGS: Record<Key, string> = {
  writeMode: `who may write: ${WRITE_MODES.join(", ")}`,
  graceDays: "days that a past-due subscription still gives access: 0 to 365",
  noPlanWord: "the application’s word in User.plan for no plan; - when it uses NULL",
  revocationLimitPercent:
    "of the users with access, so many percent may be revoked automatically in 24 hours",
  revocationLimitMinimum: "but never fewer than so many users",
  fullRunHour:
    "hour of the day (UTC) from which the scheduler reads everything once; - for only when it must",
  recheckPerRun: "customers, not read for longest, that each tick reads though nothing changed: 0 to 1000",
  readAllocation: "reads in 30 days that Stripe includes; - when nobody knows: 10,000, the least reported",
  supportContact: `where customers write to: ${CONTACT_HINT}; - for nowhere`,
};
const KEYS = Object.keys(MEANINGS) as [Key, ...Key[]];

const whole = (key: Key, least: number, most: number) =>
  z.coerce
    .number(`${key} is a number.`)
    .int(`${key} is a whole number.`)
    .min(least, `${key} is at least ${least}.`)
    .max(most, `${key} is at most ${most}.`);

/** A value as it is typed, parsed. */
const VALUES: Record<Key, z.ZodType<Partial<Changeable>>> = {
  writeMode: z
    .enum(WRITE_MODES, `writes is one of ${WRITE_MODES.join(", ")}.`)
    .transform((writeMode) => ({ writeMode })),
  graceDays: whole("graceDays", 0, 365).transform((graceDays) => ({ graceDays })),
  noPlanWord: z
    .string()
    .min(1, "noPlanWord is a word, or - for NULL.")
    .transform((word) => ({ noPlanWord: word === "-" ? null : word })),
  revocationLimitPercent: z.coerce
    .number("revocationLimitPercent is a number.")
    .min(0, "revocationLimitPercent is at least 0.")
    .max(100, "revocationLimitPercent is at most 100.")
    .transform((revocationLimitPercent) => ({ revocationLimitPercent })),
  revocationLimitMinimum: whole("revocationLimitMinimum", 0, 1_000_000).transform(
    (revocationLimitMinimum) => ({ revocationLimitMinimum }),
  ),
  fullRunHour: z
    .union([z.literal("-").transform(() => null), whole("fullRunHour", 0, 23)])
    .transform((fullRunHour) => ({ fullRunHour })),
  recheckPerRun: whole("recheckPerRun", 0, 1_000).transform((recheckPerRun) => ({ recheckPerRun })),
  readAllocation: z
    .union([z.literal("-").transform(() => null), whole("readAllocation", 1, 1_000_000_000)])
    .transform((readAllocation) => ({ readAllocation })),
  supportContact: z
    .string(`supportContact is ${CONTACT_HINT}, or - for nowhere.`)
    .trim()
    .refine((typed) => typed === "-" || readSupportContact(typed) !== null, {
      error: `supportContact is ${CONTACT_HINT}, or - for nowhere.`,
    })
    .transform((typed) => ({ supportContact: typed === "-" ? null : typed })),
};

const input = z
  .object({ positionals: z.array(z.string()).max(2, "One setting and its value.") })
  .transform(
    ({ positionals: [name, value] }, context): { key: Key | null; change: Partial<Changeable> | null } => {
      if (name === undefined) return { key: null, change: null };
      const key = KEYS.find((one) => one === name);
      if (!key) {
        context.addIssue({
          code: "custom",
          message: `There is no setting ${name}. There are ${KEYS.join(", ")}.`,
        });
        return z.NEVER;
      }
      if (value === undefined) return { key, change: null };
      const parsed = VALUES[key].safeParse(value.trim() === "" ? undefined : value);
      if (parsed.success) return { key, change: parsed.data };
      context.addIssue({
        code: "custom",
        message: parsed.error.issues[0]?.message ?? `${key} cannot be that.`,
      });
      return z.NEVER;
    },
  );

export const settings = defineCommand({
  name: "settings",
  usage: ["settings", "settings <key> [value]"],
  summary: "what the business decided",
  help: KEYS.map((key) => `${key.padEnd(14)} ${MEANINGS[key]}`),
  options: {},
  input,
  run: async (context, { key, change }) =>
    key !== null && change !== null ? set(context, key, change) : show(context, key),
});

async function show({ parity, out }: CommandContext, only: Key | null): Promise<ExitCode> {
  const all = await parity.settings.get();
  const keys = only === null ? KEYS : [only];
  const value = only === null ? all : { [only]: all[only] };
  out.answer(value, () => [
    ...keys.map((key): Line => [key, inWords(all[key]), MEANINGS[key]]),
    ...(only === null ? [["account", bindingInWords(all), "the Stripe account of this database"]] : []),
  ]);
  return EXIT.done;
}

async function set(
  { parity, out }: CommandContext,
  key: Key,
  change: Partial<Changeable>,
): Promise<ExitCode> {
  const before = (await parity.settings.get())[key];
  const after = (await parity.settings.set(change, COMMAND_LINE))[key];
  out.answer({ key, before, after }, () => [
    `${key}: ${inWords(before)} → ${inWords(after)}`,
    ...(change.writeMode === undefined ? [] : [WRITE_MODE_MEANINGS[change.writeMode]]),
  ]);
  return EXIT.done;
}

const inWords = (value: Changeable[Key]) => (value === null ? "-" : String(value));

const bindingInWords = ({ binding }: SettingsView) =>
  binding === null ? "-" : `${binding.accountId} (${binding.livemode ? "live" : "test"})`;
