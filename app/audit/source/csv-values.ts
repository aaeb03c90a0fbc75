import { isEmptyMark } from "./csv-columns";

/** A value that could not be understood. */
export const UNREADABLE = Symbol("unreadable");

/** The text without blanks around it and without NUL; null for none. */
export function readText(value: string | undefined): string | null {
  const text = (value ?? "").replaceAll("\0", "").trim();
  return isEmptyMark(text) ? null : text;
}

/** MySQL prints a column of one bit as `b'1'`, or as the bit itself. */
const YES = /^(t|true|y|yes|on|1|b'1')$/i;
const NO = /^(f|false|n|no|off|0|b'0')$/i;

/** Yes or no; a date says yes where one may stand for it. */
export function readBoolean(value: string | undefined): boolean | null | typeof UNREADABLE {
  const text = readText(value);
  if (text === null) return null;
  if (YES.test(text) || text === "\u0001") return true;
  if (NO.test(text)) return false;
  const time = readTime(text);
  return typeof time === "string" ? true : time;
}

/** What MySQL keeps where there is no date. */
const NO_DATE = /^0000-00-00/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i;

/** Is it a day without a time? */
export const isDay = (value: string | undefined): boolean => DAY.test(readText(value) ?? "");

/**
 * A moment as ISO 8601: from ISO itself, from what databases print, or from seconds or milliseconds since 1970. UTC, where no
 * zone is given. Days that are written with slashes mean different days in different countries, and are not read.
 */
export function readTime(value: string | undefined): string | null | typeof UNREADABLE {
  const text = readText(value);
  if (text === null || NO_DATE.test(text)) return null;
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return toIso(Number(text) * 1_000);
  if (/^\d{12,13}$/.test(text)) return toIso(Number(text));
  if (DAY.test(text)) return toIso(Date.parse(`${text}T00:00:00Z`));
  const [, day, time = "", zone = "Z"] = MOMENT.exec(text) ?? [];
  if (day === undefined) return UNREADABLE;
  const offset = /^(Z|UTC)$/i.test(zone)
    ? "Z"
    : zone.length === 3
      ? `${zone}:00`
      : zone.replace(/(\d{2})(\d{2})$/, "$1:$2");
  return toIso(Date.parse(`${day}T${/^\d:/.test(time) ? "0" : ""}${time}${offset}`));
}

const toIso = (milliseconds: number): string | typeof UNREADABLE =>
  Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString() : UNREADABLE;
