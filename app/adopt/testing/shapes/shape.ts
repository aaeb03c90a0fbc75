/** An application as adopters have it: its tables, how it records a payment, who gets in, and how Parity is told. */
export type Shape = {
  /** The statements that make its tables. */
  tables: string;
  /** Statements that record owners as this application does: `$1` is a JSON array of `RecordedOwner`. */
  record: readonly string[];
  /** The application's own rule: a query of `id` and `access`, one row for each owner. */
  access: string;
  /** What it keeps of each owner's payments, without ids and times that it makes up itself: a query with `id` first. */
  billing: string;
  /** What Parity never writes: queries whose rows must be the same before and after. */
  untouched: readonly string[];
  /** The mapping file. */
  mapping: string;
  /** What a person decides where `parity adopt` asks, or cannot know: keys of the file, with their values. */
  answers: Readonly<Record<string, unknown>>;
  /**
   * What goes wrong by hand: the 4th owner loses access, the 12th, whose payment ended, gets it, and the 7th has a wrong detail. Where there
   * are several rows, that of a subscription of the 18th which has ended gives access.
   */
  drift: readonly string[];
  /** How the id of the nth owner is spelled. */
  toId: (n: number) => string;
  /** The metadata key that holds the owner's id in Stripe. */
  metadataKey: string;
};

/** A subscription as an application may record it: times in seconds since 1970. */
export type RecordedSubscription = {
  id: string;
  customer: string;
  status: string;
  price: string;
  product: string;
  plan: string;
  quantity: number;
  created: number;
  start: number;
  end: number;
  cancels: boolean;
  canceled: number | null;
  ended: number | null;
  /** It gives access. */
  live: boolean;
};

/** An owner as the application sees it. `sub`: the subscription that counts; `subs`: all of them. */
export type RecordedOwner = {
  n: number;
  id: string;
  email: string;
  customer: string | null;
  sub: RecordedSubscription | null;
  subs: RecordedSubscription[];
};

/** The owners of `$1` as rows `o`. */
export const OWNERS =
  "jsonb_to_recordset($1::jsonb) AS o(n int, id text, email text, customer text, sub jsonb, subs jsonb)";

/** A time of a subscription `s`, as `timestamptz`. */
export const time = (key: string, from = "o.sub"): string => `to_timestamp((${from} ->> '${key}')::float8)`;

/** A time of a subscription as UTC without a zone. */
export const utc = (key: string, from = "o.sub"): string => `(${time(key, from)} AT TIME ZONE 'UTC')`;
