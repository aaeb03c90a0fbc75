import { z } from "zod";
import { createRandom } from "./random";

/** Milliseconds: fixed, or random between two. */
export const milliseconds = z.union([z.number().min(0), z.tuple([z.number().min(0), z.number().min(0)])]);

const reason = z.enum([
  "endpoint-concurrency",
  "endpoint-rate",
  "global-concurrency",
  "global-rate",
  "resource-specific",
]);

/** What can go wrong. Bytes are counted in the body of the response. */
const effect = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("latency"), ms: milliseconds }),
  z.strictObject({
    type: z.literal("error"),
    status: z.int().min(400).max(599),
    code: z.string().optional(),
    message: z.string().optional(),
    /** Sent as `Stripe-Should-Retry`; not sent by default. */
    shouldRetry: z.boolean().optional(),
    /** Sent as `Stripe-Rate-Limited-Reason`; for a 429 `endpoint-rate` by default. Null: not sent. */
    reason: reason.nullable().optional(),
  }),
  /** The connection is reset: at once, or after this many bytes. */
  z.strictObject({ type: z.literal("reset"), afterBytes: z.int().min(0).optional() }),
  /** The connection is closed in the middle of the body. */
  z.strictObject({ type: z.literal("cut"), afterBytes: z.int().min(0).optional() }),
  /** No response until released. `reads: "first"` responds with the state at the request's arrival. */
  z.strictObject({ type: z.literal("hang"), reads: z.enum(["first", "last"]).optional() }),
  /** 401, whatever the key. */
  z.strictObject({ type: z.literal("invalid_key") }),
  /** 403 with the account id in the message, as for restricted keys. */
  z.strictObject({ type: z.literal("forbidden") }),
  /** 200 with a body that is not JSON. */
  z.strictObject({ type: z.literal("malformed") }),
]);

export const faultSchema = z.strictObject({
  effect,
  match: z
    .strictObject({
      method: z.string().optional(),
      /** `/v1/customers/:id`, `/v1/customers/cus_1`; `*` and `:id` stand for one part of the path. */
      path: z.string().optional(),
      /** Parameters that must have these values, e.g. `{customer: "cus_1"}`. */
      query: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  /** How many matching requests pass first. */
  skip: z.int().min(0).optional(),
  /** How many requests are affected; all by default. */
  times: z.int().min(1).optional(),
  /** The share of requests that is affected, at random (seeded); all by default. */
  rate: z.number().min(0).max(1).optional(),
});

export type Fault = z.infer<typeof faultSchema>;
export type FaultEffect = Fault["effect"];
export type ListedFault = Fault & { id: string; hits: number };

export interface FaultTarget {
  method: string;
  path: string;
  query: string;
}

/** The active faults. */
export class Faults {
  readonly #random: () => number;
  #faults: ListedFault[] = [];
  #count = 0;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  /** Adds a fault. Returns its id. */
  add(fault: Fault): string {
    this.#count += 1;
    const id = `fault_${this.#count}`;
    this.#faults.push({ ...fault, id, hits: 0 });
    return id;
  }

  list(): ListedFault[] {
    return this.#faults.map((fault) => ({ ...fault }));
  }

  /** Removes one fault, or all. */
  clear(id?: string): void {
    this.#faults = id === undefined ? [] : this.#faults.filter((fault) => fault.id !== id);
  }

  /** The effects on this request: any number of latencies, and at most one of the others (the first that fits). */
  take(target: FaultTarget): FaultEffect[] {
    const effects: FaultEffect[] = [];
    let struck = false;
    for (const fault of this.#faults) {
      const isLatency = fault.effect.type === "latency";
      if ((struck && !isLatency) || !matchesTarget(fault, target)) continue;
      if (fault.skip) {
        fault.skip -= 1;
        continue;
      }
      if (fault.rate !== undefined && this.#random() >= fault.rate) continue;
      fault.hits += 1;
      struck ||= !isLatency;
      effects.push(fault.effect);
    }
    this.#faults = this.#faults.filter((fault) => fault.times === undefined || fault.hits < fault.times);
    return effects;
  }
}

/** Milliseconds: as given, or random between two. */
export function drawMilliseconds(ms: number | readonly [number, number], random: () => number): number {
  return typeof ms === "number" ? ms : ms[0] + (ms[1] - ms[0]) * random();
}

function matchesTarget({ match }: Fault, target: FaultTarget): boolean {
  if (!match) return true;
  if (match.method !== undefined && match.method !== target.method) return false;
  if (match.path !== undefined && !matchesPath(match.path, target.path)) return false;
  if (match.query === undefined) return true;
  const given = new URLSearchParams(target.query);
  return Object.entries(match.query).every(([name, value]) => given.get(name) === value);
}

function matchesPath(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const parts = path.split("/");
  return (
    wanted.length === parts.length &&
    wanted.every((part, i) => part === "*" || part === ":id" || part === parts[i])
  );
}
