import { z } from "zod";
import { SORTS, type Sort } from "./columns";

export type KeyValue = string | number | null;

/** The place of a row in a sort: the values of its keys, and its id. */
export type Place = {
  sort: Sort;
  keys: KeyValue[];
  id: string;
  /** How many rows come before this one, as counted on the way here: it is only shown. */
  at: number;
};

const text = z
  .string()
  .max(1000)
  .refine((value) => !value.includes("\0"));
const shape = z.tuple([
  z.enum(SORTS),
  z.array(z.union([text, z.number(), z.null()])).max(4),
  text,
  z.int().min(0),
]);

/** Writes a place as an opaque text for the address. */
export function encodeCursor({ sort, keys, id, at }: Place): string {
  return Buffer.from(JSON.stringify([sort, keys, id, at])).toString("base64url");
}

/** Reads what `encodeCursor` wrote; null for anything else. */
export function decodeCursor(cursor: string): Place | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return null;
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) return null;
  const [sort, keys, id, at] = parsed.data;
  return { sort, keys, id, at };
}
