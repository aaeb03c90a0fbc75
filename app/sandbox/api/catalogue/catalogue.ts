import { z } from "zod";
import { ApiError, createUnsupportedError } from "../errors";
import type { RawParams } from "../form";
import generated from "./stripe-catalogue.json";

/*
 * What the pinned SDK knows about Stripe's API, made by scripts/make-stripe-catalogue.mjs. With it the sandbox tells a name
 * that Stripe does not know (400, as at Stripe) from one that the sandbox does not serve (501).
 */

const names = z.record(z.string(), z.string());
const { sdk, routes, enums, params } = z
  .object({ sdk: z.string(), routes: z.array(z.string()), enums: names, params: z.record(z.string(), names) })
  .parse(generated);

/** The version of the SDK that the catalogue was made from. */
export const CATALOGUE_SDK = sdk;

/** The parameters of an endpoint such as `POST /v1/customers`, by name; undefined for one that is not in the catalogue. */
export function getKnownParams(endpoint: string): Readonly<Record<string, string>> | undefined {
  return params[endpoint];
}

/** The values that a parameter of an endpoint may have. */
export function getKnownValues(endpoint: string, param: string): readonly string[] {
  const listed = params[endpoint]?.[param]
    ?.split(" ")
    .find((word) => word.startsWith("="))
    ?.slice(1);
  return listed === undefined ? [] : readValues(listed);
}

/** The route of Stripe's API that a request means, such as `GET /v1/quotes/:id`; undefined when Stripe has none. */
export function findKnownRoute(method: string, path: string): string | undefined {
  const parts = `${method} ${path}`.split("/");
  return routes.find((route) => {
    const wanted = route.split("/");
    return (
      wanted.length === parts.length &&
      wanted.every((part, i) => part === parts[i] || (part === ":id" && parts[i] !== ""))
    );
  });
}

/** Parameters of an older version that the current one has no more. */
export interface OlderParams {
  version: string;
  known: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface Problems {
  unknown: string[];
  badValue: { param: string; allowed: readonly string[] } | undefined;
}

/**
 * Throws Stripe's error for a parameter that Stripe does not know, and for a value that is not one of the possible ones.
 * The catalogue knows the parameters of the current version only: in an older one an unknown name is a 501.
 */
export function refuseUnknownParams(endpoint: string, given: RawParams, older?: OlderParams): void {
  const current = params[endpoint];
  if (!current) return;
  const known = { ...older?.known[endpoint], ...current };
  const problems: Problems = { unknown: [], badValue: undefined };
  checkObject({ known, problems }, { at: "", shown: "" }, given);
  const { unknown, badValue } = problems;
  if (unknown.length > 0 && older) {
    throw createUnsupportedError(`${unknown.join(", ")} of the API version ${older.version}`, unknown[0]);
  }
  if (unknown.length > 0) {
    throw new ApiError({
      status: 400,
      code: "parameter_unknown",
      message: `Received unknown parameter${unknown.length > 1 ? "s" : ""}: ${unknown.join(", ")}`,
      param: unknown[0],
    });
  }
  if (badValue) {
    const { param, allowed } = badValue;
    throw new ApiError({
      status: 400,
      message: `Invalid ${param}: must be ${describeAllowed(allowed)}`,
      param,
    });
  }
}

interface Check {
  known: Readonly<Record<string, string>>;
  problems: Problems;
}

/** Where a parameter is: in the catalogue (`items[][price]`) and as it was given (`items[0][price]`). */
interface Place {
  at: string;
  shown: string;
}

function checkObject(check: Check, { at, shown }: Place, given: RawParams): void {
  for (const [name, value] of Object.entries(given)) {
    const inside = {
      at: at === "" ? name : `${at}[${name}]`,
      shown: shown === "" ? name : `${shown}[${name}]`,
    };
    checkValue(check, inside, value);
  }
}

function checkValue(check: Check, place: Place, value: RawParams | string): void {
  const words = readWords(check.known, place.at);
  if (words === undefined) check.problems.unknown.push(place.shown);
  else if (typeof value === "string") checkText(check, place, words, value);
  else if (words.includes("object")) checkObject(check, place, value);
  else {
    const inside = words.includes("list") ? "[]" : words.includes("map") ? "[*]" : undefined;
    if (inside === undefined) return;
    for (const [name, element] of Object.entries(value)) {
      checkValue(check, { at: `${place.at}${inside}`, shown: `${place.shown}[${name}]` }, element);
    }
  }
}

function checkText({ problems }: Check, { shown }: Place, words: readonly string[], value: string): void {
  if (words.some((word) => word === "string" || word === "number" || word === "boolean")) return;
  if (value === "" && words.includes("empty")) return;
  const listed = words.find((word) => word.startsWith("="))?.slice(1);
  if (listed === undefined) return;
  const allowed = readValues(listed);
  if (!allowed.includes(value)) problems.badValue ??= { param: shown, allowed };
}

function readValues(listed: string): string[] {
  return (enums[listed] ?? listed).split("|");
}

function readWords(known: Readonly<Record<string, string>>, at: string): string[] | undefined {
  return Object.hasOwn(known, at) ? known[at]?.split(" ") : undefined;
}

function describeAllowed(allowed: readonly string[]): string {
  if (allowed.length === 1) return allowed.join("");
  return `one of ${allowed.slice(0, -1).join(", ")}, or ${allowed.at(-1)}`;
}
