import type { Submission } from "@conform-to/react";
import type { z } from "zod";
import type { CustomerCaller } from "~/auth/customer.server";
import type { Role } from "~/auth/roles";
import type { Staff } from "~/auth/staff.server";
import type { Parity } from "~/facade/parity.server";
import type { RequestContext } from "./context";

/** Who may call a route. There is no default: a route that does not say does not compile. */
export type Access =
  | { who: "staff"; role: Role }
  /** The application's token, or our own session of the customer's page. */
  | { who: "customer" }
  /** `Authorization: Bearer $CRON_SECRET`. */
  | { who: "cron" }
  /** `Authorization: Bearer $METRICS_TOKEN`. */
  | { who: "metrics" }
  /** Stripe; the handler checks the signature over the raw body. */
  | { who: "stripe" }
  /** Anybody, for the reason given. `anyOrigin` also lets another site's page post here. */
  | { who: "public"; because: string; anyOrigin?: true };

type Reads = { params?: z.ZodType; search?: z.ZodType };

/** What the body is: at most one of these. */
type Body = {
  /** Fields of a form; a wrong one is a 400. */
  form?: z.ZodType;
  /** Fields of a form, as conform's submission: wrong ones are the handler's to show beside the fields. */
  submission?: z.ZodType;
  json?: z.ZodType;
  /** The bytes as they came. */
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

/** What a handler gets: everything parsed, and nothing that it did not ask for. */
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
