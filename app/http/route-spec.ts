import type { Submission } from "@conform-to/react";
import type { z } from "zod";
import type { CustomerCaller } from "~/auth/customer.server";
import type { Staff } from "~/auth/staff.server";
import type { Role } from "~/engine/account/roles";
import type { Parity } from "~/facade/parity.server";
import type { RequestContext } from "./context";

/** Which callers may use a route. There is no default: a route without it does not compile. */
export type Access =
  | { who: "staff"; role: Role }
  /** The application's token, or the session of the customer pages. */
  | { who: "customer" }
  /** `Authorization: Bearer $CRON_SECRET`. */
  | { who: "cron" }
  /** `Authorization: Bearer $METRICS_TOKEN`. */
  | { who: "metrics" }
  /** Stripe; the handler checks the signature over the raw body. */
  | { who: "stripe" }
  /** All callers, for the given reason. `anyOrigin`: pages of other sites may post here too. */
  | { who: "public"; because: string; anyOrigin?: true };

type Reads = { params?: z.ZodType; search?: z.ZodType };

/** How the body is read: at most one of these. */
type Body = {
  /** Fields of a form; an invalid field is answered with 400. */
  form?: z.ZodType;
  /** Fields of a form as a conform submission; the handler shows errors beside the fields. */
  submission?: z.ZodType;
  json?: z.ZodType;
  /** The raw bytes. */
  raw?: true;
};

export type Method = "POST" | "PUT" | "PATCH" | "DELETE";

export type LoaderSpec = Access & Reads;
export type ActionSpec = Access & Reads & Body & { method?: Method };

type Parsed<S, K extends string> = S extends { [key in K]: infer T extends z.ZodType }
  ? z.output<T>
  : undefined;

type Caller<S> = S extends { who: "staff" }
  ? { staff: Staff }
  : S extends { who: "customer" }
    ? { customer: CustomerCaller }
    : unknown;

/** What a handler gets: the parsed input that its spec names. */
export type LoaderInput<S> = Caller<S> & {
  params: Parsed<S, "params">;
  search: Parsed<S, "search">;
  request: Request;
  context: RequestContext;
  parity: Parity;
  log: RequestContext["log"];
};

export type ActionInput<S> = LoaderInput<S> & {
  form: Parsed<S, "form">;
  json: Parsed<S, "json">;
  submission: S extends { submission: infer T extends z.ZodType }
    ? Submission<z.input<T>, string[], z.output<T>>
    : undefined;
  body: S extends { raw: true } ? Uint8Array<ArrayBuffer> : undefined;
};
