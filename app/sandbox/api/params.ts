import { z } from "zod";
import { ApiError, createUnsupportedError } from "./errors";
import type { RawParams } from "./form";

/*
 * Schemas for the parameters of Stripe's endpoints. Problems become Stripe's errors: an issue has Stripe's error code in
 * `params.code`, and PARAM in a message is replaced by the parameter's name.
 */

const EMPTY =
  "You passed an empty string for 'PARAM'. We assume empty values are an attempt to unset a parameter; however 'PARAM' cannot be unset. You should remove 'PARAM' from your request or supply a non-empty value.";

/** ISO codes of money that is spent: of those with an X only the common ones of several countries. */
const CURRENCIES = new Set(
  Intl.supportedValuesOf("currency")
    .map((code) => code.toLowerCase())
    .filter((code) => !code.startsWith("x") || ["xaf", "xcd", "xcg", "xof", "xpf"].includes(code)),
);

const INTEGER = /^-?\d{1,15}$/;

function refuse(ctx: z.RefinementCtx, message: string, code?: string): never {
  ctx.addIssue({ code: "custom", message, params: { code } });
  return z.NEVER;
}

/** Text that is not empty. */
export const text = z
  .string()
  .transform((value, ctx) => (value === "" ? refuse(ctx, EMPTY, "parameter_invalid_empty") : value));

/** Text that can be unset: an empty value becomes null. */
export const unsettable = z.string().transform((value) => (value === "" ? null : value));

/** An absolute http or https address. */
export const webAddress = text.refine(
  (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
  "Not a valid URL",
);

export function integer(limits: { min?: number; max?: number } = {}) {
  return z.string().transform((value, ctx): number => {
    if (!INTEGER.test(value)) return refuse(ctx, `Invalid integer: ${value}`, "parameter_invalid_integer");
    const number = Number(value);
    if (limits.min !== undefined && number < limits.min) {
      const message = `This value must be greater than or equal to ${limits.min}.`;
      return refuse(ctx, message, "parameter_invalid_integer");
    }
    if (limits.max !== undefined && number > limits.max) {
      const message = `This value must be less than or equal to ${limits.max} (it currently is '${value}').`;
      return refuse(ctx, message, "parameter_invalid_integer");
    }
    return number;
  });
}

/** Also `True`, as stripe-python before version 12.1 sends it. */
export const boolean = z.string().transform((value, ctx): boolean => {
  if (/^(?:true|1)$/i.test(value)) return true;
  if (/^(?:false|0)$/i.test(value)) return false;
  return refuse(ctx, `Invalid boolean: ${value}`);
});

export function choice<const T extends readonly [string, ...string[]]>(words: T) {
  const allowed: readonly string[] = words;
  const listed = `${words.slice(0, -1).join(", ")}, or ${words.at(-1)}`;
  return z.string().refine((value): value is T[number] => allowed.includes(value), {
    error: `Invalid PARAM: must be one of ${listed}`,
  });
}

/** `PARAM[0]=a&PARAM[1]=b`, in that order. */
export function list<T extends z.ZodType>(element: T, max = 100) {
  return z.record(z.string().regex(/^\d+$/), element).transform((map, ctx): z.output<T>[] => {
    const values = Object.entries(map)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, value]) => value);
    return values.length > max
      ? refuse(ctx, `Array PARAM exceeded maximum ${max} allowed elements.`)
      : values;
  });
}

/** A parameter with which nothing changes at these values. Any other value is a 501. */
export function only(...values: readonly string[]) {
  return z
    .string()
    .transform((value, ctx) =>
      values.includes(value) ? value : refuse(ctx, `PARAM=${value}`, "sandbox_unsupported"),
    )
    .optional();
}

const MAX_METADATA = { keys: 50, key: 40, value: 500 };

/** `PARAM[a]=b`, within Stripe's limits. */
export const newMetadata = z.record(z.string(), z.string()).superRefine((given, ctx) => {
  const add = (message: string) => ctx.addIssue({ code: "custom", message });
  if (Object.keys(given).length > MAX_METADATA.keys) {
    add(`Metadata can have up to ${MAX_METADATA.keys} keys, but you passed in ${Object.keys(given).length}.`);
  }
  for (const [key, value] of Object.entries(given)) {
    if (key.length > MAX_METADATA.key) {
      add(
        `Metadata keys can have up to ${MAX_METADATA.key} characters, but you passed in a key that is ${key.length} characters. Invalid key: ${key}`,
      );
    }
    if (value.length > MAX_METADATA.value) {
      add(
        `Metadata values can have up to ${MAX_METADATA.value} characters, but you passed in a value that is ${value.length} characters. Invalid value: ${value}`,
      );
    }
  }
});

/** As `newMetadata`; an empty `PARAM` clears all. */
export const metadata = z.union([z.literal(""), newMetadata]);

/** A currency in any case, as Stripe takes it. */
export const currency = z.string().transform((value, ctx): string => {
  const code = value.toLowerCase();
  if (CURRENCIES.has(code)) return code;
  return refuse(ctx, `Invalid currency: ${value}. Stripe does not support this currency.`);
});

/** A time span, inclusive at both ends: epoch seconds. */
export interface Range {
  from: number;
  to: number;
}

/** An exact time, or any of `[gt]`, `[gte]`, `[lt]`, `[lte]`. */
export const range = z
  .union([
    integer(),
    z.strictObject({
      gt: integer().optional(),
      gte: integer().optional(),
      lt: integer().optional(),
      lte: integer().optional(),
    }),
  ])
  .transform((given): Range => {
    if (typeof given === "number") return { from: given, to: given };
    return {
      from: Math.max(given.gte ?? -Infinity, given.gt === undefined ? -Infinity : given.gt + 1),
      to: Math.min(given.lte ?? Infinity, given.lt === undefined ? Infinity : given.lt - 1),
    };
  });

/** Parameters of every request. */
export const expandable = { expand: list(text).optional() };

/** Parameters of every list. */
export const listParams = {
  ...expandable,
  limit: integer({ min: 1, max: 100 }).default(10),
  starting_after: text.optional(),
  ending_before: text.optional(),
};

/**
 * The parameters, parsed; throws the `ApiError` that Stripe would answer with. A name that the schema lacks is one that the
 * sandbox does not serve: those that Stripe does not know were refused before (catalogue/catalogue.ts).
 */
export function parseParams<T extends z.ZodType>(schema: T, raw: RawParams): z.output<T> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw toApiError(parsed.error.issues);
}

function toApiError(issues: readonly z.core.$ZodIssue[]): ApiError {
  const unknown = issues.find((issue) => issue.code === "unrecognized_keys");
  if (unknown?.code === "unrecognized_keys") {
    const names = unknown.keys.map((key) => formatName([...unknown.path, key]));
    return createUnsupportedError(
      `the parameter${names.length > 1 ? "s" : ""} ${names.join(", ")}`,
      names[0],
    );
  }
  const [issue] = issues;
  if (!issue) return new ApiError({ status: 400, message: "Invalid request" });
  const param = formatName(issue.path);
  if (issue.code === "invalid_union") {
    const inner = issue.errors.find((branch) => branch[0] && branch[0].code !== "invalid_type") ?? [];
    if (inner.length > 0) {
      return toApiError(inner.map((found) => ({ ...found, path: [...issue.path, ...found.path] })));
    }
  }
  if (issue.code === "invalid_type" && issue.input === undefined) {
    return new ApiError({
      status: 400,
      code: "parameter_missing",
      message: `Missing required param: ${param}.`,
      param,
    });
  }
  const custom = issue.code === "custom" ? issue : undefined;
  const code: unknown = custom?.params?.code;
  const message = custom ? issue.message.replaceAll("PARAM", param) : `Invalid ${param}`;
  if (code === "sandbox_unsupported") return createUnsupportedError(message, param);
  return new ApiError({
    status: 400,
    ...(typeof code === "string" ? { code } : {}),
    message,
    param,
  });
}

function formatName(path: readonly PropertyKey[]): string {
  const [first = "", ...rest] = path.map(String);
  return first + rest.map((part) => `[${part}]`).join("");
}
