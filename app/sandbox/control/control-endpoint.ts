import { z } from "zod";
import type { Account } from "../account/account";
import { happen, happeningSchema } from "../account/happenings";
import { webhookModeSchema } from "../webhooks/mode";
import type { Webhooks } from "../webhooks/webhooks";
import type { Control } from "./control";
import { faultSchema } from "./faults";
import type { RequestLog } from "./request-log";

const perSecond = z.number().positive().optional();
const atOnce = z.int().min(1).optional();

/** What `POST /_sandbox/control` takes. All fields that are given are applied, in this order. */
const commandSchema = z.strictObject({
  reset: z.literal(true).optional(),
  clock: z.union([z.strictObject({ set: z.int() }), z.strictObject({ advance: z.int() })]).optional(),
  latency: z
    .strictObject({
      ms: z.union([z.number().min(0), z.tuple([z.number().min(0), z.number().min(0)])]),
      reads: z.enum(["first", "last"]).optional(),
    })
    .optional(),
  limits: z
    .strictObject({
      endpointPerSecond: perSecond,
      globalPerSecond: perSecond,
      burst: atOnce,
      endpointConcurrency: atOnce,
      globalConcurrency: atOnce,
    })
    .optional(),
  clearFaults: z.union([z.literal(true), z.string()]).optional(),
  faults: z.array(faultSchema).optional(),
  release: z.union([z.literal(true), z.int().min(1)]).optional(),
  clearRequests: z.literal(true).optional(),
  /** Milliseconds from Pay until customer and subscription are there, for payments from now on. */
  attachAfterMs: z.number().min(0).optional(),
  webhooks: webhookModeSchema.optional(),
  /** What did not arrive (`true`), one delivery or one event. */
  resend: z.union([z.literal(true), z.string()]).optional(),
  portalCancels: z.enum(["cancel_at", "cancel_at_period_end"]).optional(),
  /** What happens in life, e.g. `{happens: "fail_renewal", subscription: "sub_…"}`. */
  life: happeningSchema.optional(),
  /** Attaches now what was paid and is still waiting. */
  attach: z.literal(true).optional(),
  /** Forces a subscription's status, whatever word it is. */
  setStatus: z.strictObject({ subscription: z.string(), status: z.string().min(1) }).optional(),
});

export interface ControlParts {
  account: Account;
  control: Control;
  requests: RequestLog;
  webhooks: Webhooks;
}

export interface ControlAnswer {
  status: number;
  body: string;
}

/** Answers `POST /_sandbox/control`, and `GET /_sandbox/state`, `/_sandbox/requests` and `/_sandbox/webhooks`. */
export function answerControl(
  parts: ControlParts,
  request: { method: string; path: string; body: string },
): ControlAnswer {
  const endpoint = `${request.method} ${request.path}`;
  if (endpoint === "GET /_sandbox/state") return answer(200, stateOf(parts));
  if (endpoint === "GET /_sandbox/requests") {
    return answer(200, { counts: parts.requests.counts(), requests: parts.requests.list() });
  }
  if (endpoint === "GET /_sandbox/webhooks") {
    return answer(200, { mode: parts.webhooks.mode, deliveries: parts.webhooks.list() });
  }
  if (endpoint !== "POST /_sandbox/control") return answer(404, { error: `There is no ${endpoint}` });
  const command = commandSchema.safeParse(parsedJson(request.body));
  if (!command.success) return answer(400, { error: z.prettifyError(command.error) });
  return answer(...apply(parts, command.data));
}

function apply(parts: ControlParts, command: z.output<typeof commandSchema>): [number, object] {
  const { account, control, requests, webhooks } = parts;
  if (command.setStatus && !account.store.subscriptions.find(command.setStatus.subscription)) {
    return [404, { error: `There is no subscription ${command.setStatus.subscription}` }];
  }
  if (command.reset) {
    control.reset();
    webhooks.mode = "on";
  }
  if (command.clock && "set" in command.clock) control.clock.set(command.clock.set);
  if (command.clock && "advance" in command.clock) control.clock.advance(command.clock.advance);
  if (command.latency) control.setLatency(command.latency.ms, command.latency.reads);
  if (command.limits) control.setLimits(command.limits);
  if (command.clearFaults)
    control.clearFaults(command.clearFaults === true ? undefined : command.clearFaults);
  const faults = (command.faults ?? []).map((fault) => control.addFault(fault));
  if (command.release) control.held.release(command.release === true ? undefined : command.release);
  if (command.clearRequests) requests.clear();
  if (command.attachAfterMs !== undefined) control.attachAfterMs = command.attachAfterMs;
  if (command.webhooks) webhooks.mode = command.webhooks;
  if (command.resend) webhooks.resend(command.resend === true ? undefined : command.resend);
  if (command.portalCancels) control.portalCancels = command.portalCancels;
  if (command.attach) account.checkout.attachAll();
  if (command.setStatus) {
    account.subscriptions.setStatus(command.setStatus.subscription, command.setStatus.status);
  }
  const outcome = command.life && happen(account, command.life);
  if (outcome?.ok === false) return [409, { error: outcome.said }];
  return [200, { faults, state: stateOf(parts) }];
}

function stateOf({ account, control, requests, webhooks }: ControlParts) {
  const { store } = account;
  return {
    account: account.facts.id,
    livemode: account.facts.livemode,
    now: control.clock.now(),
    customers: store.customers.index.size,
    subscriptions: store.subscriptions.index.size,
    products: store.products.index.size,
    prices: store.prices.index.size,
    checkoutSessions: store.checkoutSessions.index.size,
    events: store.events.index.size,
    latency: control.latency,
    attachAfterMs: control.attachAfterMs,
    webhooks: webhooks.mode,
    portalCancels: control.portalCancels,
    limits: control.ceilings.limits,
    faults: control.listFaults(),
    held: control.held.count,
    requests: requests.counts(),
  };
}

function answer(status: number, body: object): ControlAnswer {
  return { status, body: JSON.stringify(body) };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
