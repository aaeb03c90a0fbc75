import type { z } from "zod";
import { DEFAULT_METADATA_KEYS } from "~/billing/ids";
import { DEFAULT_POLICY, WRITE_MODES } from "~/billing/policy";
import {
  choice,
  contact,
  metadataKeys,
  optional,
  origins,
  percentage,
  text,
  wholeNumber,
} from "./setting-schemas.server";

/** One setting. The store, the settings page, the command line and the table in docs/configuration.md are made from it. */
type SettingDefinition<Value> = {
  /** What is stored. Its description is shown to people who enter a value. */
  schema: z.ZodType<Value>;
  /** Used while nothing is stored. */
  default: Value;
  unit: string | null;
  label: string;
  help: string;
  /** The lowest staff role that may change it. */
  role: "operator" | "admin";
};

const definitions = {
  writeMode: {
    schema: choice(WRITE_MODES),
    // On a real account nothing is revoked before an admin has seen what would be revoked. The demo seeds `full`.
    default: "grant_only" as const,
    unit: null,
    label: "Write mode",
    help: "Which repairs Parity makes: off = none, grant_only = only those that give access, full = all.",
    role: "admin",
  },
  graceDays: {
    schema: wholeNumber(0, 365),
    default: DEFAULT_POLICY.graceDays,
    unit: "days",
    label: "Grace period for late payments",
    help: "How long a past_due subscription still gives access, counted from when its invoice was due (or finalized); from when Parity first saw it past due where the key may not read invoices. None where the mapping says that past_due lets no one in.",
    role: "admin",
  },
  noPlanWord: {
    schema: optional(text(100)),
    default: DEFAULT_POLICY.noPlanWord,
    unit: null,
    label: "Plan value of users without a plan",
    help: "What the application stores in User.plan for a user without a plan. Leave it empty for NULL.",
    role: "admin",
  },
  metadataKeys: {
    schema: metadataKeys(),
    default: DEFAULT_METADATA_KEYS.join(", "),
    unit: null,
    label: "Metadata keys",
    help: "The keys of Stripe’s metadata that hold a user’s id, on customers, subscriptions and checkout sessions, in the order in which they are tried. Our own checkout writes the first one. After a change the next run reads everything again; until then users without any link count as not checked.",
    role: "admin",
  },
  revocationLimitPercent: {
    schema: percentage(),
    default: 2,
    unit: "% of users with access",
    label: "Revocation limit",
    help: "How many users may lose access automatically in 24 hours. More revocations wait for an admin.",
    role: "admin",
  },
  revocationLimitMinimum: {
    schema: wholeNumber(0, 1_000_000),
    default: 2,
    unit: "users",
    label: "Minimum revocation limit",
    help: "This many automatic revocations are allowed in 24 hours even if the percentage allows fewer.",
    role: "admin",
  },
  fullRunHour: {
    schema: optional(wholeNumber(0, 23)),
    default: 3,
    unit: "o’clock UTC",
    label: "Daily full run",
    help: "The scheduler reads everything from Stripe once a day after this hour. Leave it empty to do so only when necessary.",
    role: "admin",
  },
  staleAfterMinutes: {
    schema: wholeNumber(1, 100_000),
    default: 30,
    unit: "minutes",
    label: "Out of date after",
    help: "When users were not checked for this long, the dashboard, the command line and the metrics no longer call them in sync. Set it to about three times the pause between two calls of the scheduler.",
    role: "admin",
  },
  recheckPerRun: {
    schema: wholeNumber(0, 1_000),
    default: 0,
    unit: "customers",
    label: "Re-check per run",
    help: "Each run reads this many customers again, even without events, oldest first. Uses one Stripe request each.",
    role: "admin",
  },
  readAllocation: {
    schema: optional(wholeNumber(1, 1_000_000_000)),
    default: null,
    unit: "reads in 30 days",
    label: "Stripe read allocation",
    help: "How many read requests (GET) Stripe includes for your account in 30 days. It is reported as 500 for each transaction and at least 10,000. Leave it empty for 10,000.",
    role: "admin",
  },
  supportContact: {
    schema: optional(contact()),
    default: null,
    unit: null,
    label: "Support contact",
    help: "Customers see this email or https address when a payment takes too long. Leave it empty to show none.",
    role: "admin",
  },
  applicationOrigins: {
    schema: optional(origins()),
    default: null,
    unit: null,
    label: "Origins of the application",
    help: "Pages of these sites open a customer's workspace at once. A hand-over from any other site asks the customer first.",
    role: "admin",
  },
  staffIdleHours: {
    schema: wholeNumber(1, 168),
    default: 12,
    unit: "hours",
    label: "Idle sessions of staff",
    help: "A session of staff ends when it was not used for this long, and after 7 days in any case.",
    role: "admin",
  },
  requireSecondFactor: {
    schema: choice(["no", "yes"] as const),
    default: "no" as const,
    unit: null,
    label: "Second factor for staff",
    help: "Whether staff who sign in with a password must add an authenticator app before they see anything.",
    role: "admin",
  },
  lockedOutAlertMinutes: {
    schema: wholeNumber(0, 10_000),
    default: 10,
    unit: "minutes",
    label: "Alert for locked out payers",
    help: "An alert is sent when a user who has paid is locked out for longer than this.",
    role: "admin",
  },
  alertAddresses: {
    schema: choice(["no", "yes"] as const),
    default: "no" as const,
    unit: null,
    label: "Email addresses in alerts",
    help: "Whether alerts name users by their email address. Otherwise they name them by their ID.",
    role: "admin",
  },
  keepRunsDays: {
    // Health looks back twelve weeks.
    schema: wholeNumber(90, 100_000),
    default: 180,
    unit: "days",
    label: "Keep runs",
    help: "Runs that changed nothing, and the results of users that a run did not repair, are removed when they are older. Repairs stay.",
    role: "admin",
  },
  keepEventsDays: {
    // Stripe sends an event again for up to 30 days.
    schema: wholeNumber(35, 100_000),
    default: 60,
    unit: "days",
    label: "Keep webhook events",
    help: "Events that are settled are removed when they are older. The last payment of each customer stays known.",
    role: "admin",
  },
  keepAuditDays: {
    schema: optional(wholeNumber(365, 100_000)),
    default: null,
    unit: "days",
    label: "Keep the audit",
    help: "Repairs, decisions and changes of settings that are older are removed for good, from a day after this was set. Leave it empty to keep them for ever.",
    role: "admin",
  },
} satisfies Record<string, SettingDefinition<unknown>>;

export type SettingKey = keyof typeof definitions;
export type SettingValues = { [K in SettingKey]: z.output<(typeof definitions)[K]["schema"]> };

export const SETTINGS: { [K in SettingKey]: SettingDefinition<SettingValues[K]> } = definitions;
export const SETTING_KEYS = Object.keys(definitions).filter(isSettingKey);

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(definitions, key);
}

export type ParsedSettings =
  | { ok: true; change: Partial<SettingValues> }
  | { ok: false; problems: Partial<Record<SettingKey, string[]>> };

/** Reads settings that a person typed; an empty text is null. Names that are no setting are ignored. */
export function parseSettings(typed: Readonly<Record<string, unknown>>): ParsedSettings {
  const change: Partial<SettingValues> = {};
  const problems: Partial<Record<SettingKey, string[]>> = {};
  for (const key of SETTING_KEYS) {
    if (!Object.hasOwn(typed, key)) continue;
    const problem = parseInto(change, key, typed[key]);
    if (problem !== null) problems[key] = [problem];
  }
  return Object.keys(problems).length === 0 ? { ok: true, change } : { ok: false, problems };
}

function parseInto<K extends SettingKey>(
  change: Partial<SettingValues>,
  key: K,
  typed: unknown,
): string | null {
  const { schema } = SETTINGS[key];
  const trimmed = typeof typed === "string" ? typed.trim() : "";
  for (const value of trimmed === "" ? [null] : [trimmed, Number(trimmed)]) {
    const parsed = schema.safeParse(value);
    if (!parsed.success) continue;
    change[key] = parsed.data;
    return null;
  }
  return `Enter ${schema.description}.`;
}

/** A value as a person types it; `empty` stands for null. */
export function formatSetting(value: SettingValues[SettingKey], empty = ""): string {
  return value === null ? empty : String(value);
}

/** A setting in one line, for the command line: what it means, and what can be entered. */
export function describeSetting(key: SettingKey): string {
  const { help, schema, unit } = SETTINGS[key];
  return `${help} (${schema.description}${unit === null ? "" : `; ${unit}`})`;
}

/** All settings as a Markdown table, for docs/configuration.md. */
export function formatSettingsTable(): string {
  const rows = SETTING_KEYS.map((key) => {
    const { label, help, unit, schema, role, default: fallback } = SETTINGS[key];
    const shown = fallback === null ? "none" : `\`${fallback}\`${unit === null ? "" : ` ${unit}`}`;
    return `| \`${key}\` | **${label}.** ${help} | ${schema.description} | ${shown} | ${role} |`;
  });
  return [
    "| setting | meaning | value | default | who can change it |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

/** The values that are stored, and the defaults of all others. Throws a ZodError when a stored value is not valid. */
export function readStoredSettings(stored: ReadonlyMap<string, unknown>): SettingValues {
  const values: Partial<SettingValues> = {};
  for (const key of SETTING_KEYS) readInto(values, key, stored);
  if (!isComplete(values)) throw new Error("A setting has no default.");
  return values;
}

function readInto<K extends SettingKey>(
  values: Partial<SettingValues>,
  key: K,
  stored: ReadonlyMap<string, unknown>,
): void {
  const setting = SETTINGS[key];
  values[key] = stored.has(key) ? setting.schema.parse(stored.get(key)) : setting.default;
}

function isComplete(values: Partial<SettingValues>): values is SettingValues {
  return SETTING_KEYS.every((key) => values[key] !== undefined);
}

/** What is to be stored. Throws a ZodError on a value that is not valid. */
export function checkSettings(change: Partial<SettingValues>): [SettingKey, SettingValues[SettingKey]][] {
  return SETTING_KEYS.flatMap((key) =>
    change[key] === undefined ? [] : [[key, SETTINGS[key].schema.parse(change[key])]],
  );
}
