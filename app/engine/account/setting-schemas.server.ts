import { z } from "zod";
import { CONTACT_HINT, readSupportContact } from "~/billing/words/support-contact";
import { readMetadataKeys } from "./metadata-keys.server";
import { readOrigins } from "./origins";

// What a setting may be. The descriptions are shown to people who enter a value.

export function wholeNumber(min: number, max: number) {
  const range = `a whole number from ${formatNumber(min)} to ${formatNumber(max)}`;
  return z.number().int().min(min).max(max).describe(range);
}

export function percentage() {
  return z.number().min(0).max(100).describe("a number from 0 to 100");
}

export function text(maxLength: number) {
  return z.string().min(1).max(maxLength).describe(`a text of at most ${maxLength} characters`);
}

export function metadataKeys() {
  return (
    z
      .string()
      .refine((typed) => readMetadataKeys(typed) !== null)
      // What is stored and shown names each key once, however it was typed.
      .transform((typed) => readMetadataKeys(typed)?.join(", ") ?? typed)
      .describe("one to ten keys, separated by commas (userId, supabaseUUID)")
  );
}

export function origins() {
  return z
    .string()
    .refine((typed) => readOrigins(typed) !== null)
    .describe("one or more origins, separated by commas (https://app.example.com)");
}

export function contact() {
  return z
    .string()
    .refine((typed) => readSupportContact(typed) !== null)
    .describe(CONTACT_HINT);
}

export function choice<const Option extends string>(options: readonly Option[]) {
  return z.enum(options).describe(`one of ${options.join(", ")}`);
}

export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullable().describe(schema.description ?? "");
}

function formatNumber(value: number): string {
  return value.toLocaleString("en-US");
}
