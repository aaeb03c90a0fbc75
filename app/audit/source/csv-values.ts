import { isEmptyMark } from "./csv-columns";

/** A value that could not be understood. */
export const UNREADABLE = Symbol("unreadable");

/** So that a spreadsheet takes a number for a text: `="007"`. */
const GUARDED = /^="(.*)"$/s;
/** Marks of no width, which one sees nowhere. */
const WIDTHLESS = "\u200b\u200c\u200d\u2060\ufeff";

/** A cell without what is not part of its value: NUL, blanks and marks of no width around it, and the guard of a spreadsheet. */
export function cleanCell(value: string): string {
  let text = value.replaceAll("\0", "").trim();
  if (WIDTHLESS.includes(text.at(0) ?? " ") || WIDTHLESS.includes(text.at(-1) ?? " ")) {
    let [from, to] = [0, text.length];
    while (from < to && WIDTHLESS.includes(text.charAt(from))) from += 1;
    while (to > from && WIDTHLESS.includes(text.charAt(to - 1))) to -= 1;
    text = text.slice(from, to).trim();
  }
  return GUARDED.exec(text)?.[1]?.trim() ?? text;
}

/** The text; null for none. */
export function readText(value: string | undefined): string | null {
  const text = value ?? "";
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
  if (DAY.test(text)) return isInCalendar(text) ? toIso(Date.parse(`${text}T00:00:00Z`)) : UNREADABLE;
  const [, day, time = "", zone = "Z"] = MOMENT.exec(text) ?? [];
  if (day === undefined || !isInCalendar(day)) return UNREADABLE;
  const offset = /^(Z|UTC)$/i.test(zone)
    ? "Z"
    : zone.length === 3
      ? `${zone}:00`
      : zone.replace(/(\d{2})(\d{2})$/, "$1:$2");
  return toIso(Date.parse(`${day}T${/^\d:/.test(time) ? "0" : ""}${time}${offset}`));
}

/** The 31st of February is no day, and not the 3rd of March. */
function isInCalendar(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(day);
}

const toIso = (milliseconds: number): string | typeof UNREADABLE =>
  Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString() : UNREADABLE;
