import { z } from "zod";
import { simulate, simulationSchema } from "~/sandbox/account/simulate";
import type { Account } from "../account/account";
import { webhookModeSchema } from "../webhooks/mode";
import type { Webhooks } from "../webhooks/webhooks";
import type { Control } from "./control";
import { faultSchema } from "./faults";
import type { RequestLog } from "./request-log";

const perSecond = z.number().positive().optional();
const atOnce = z.int().min(1).optional();

/** The body of `POST /_sandbox/control`. All given fields are applied, in this order. */
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
  /** Permissions that the keys lack from now on, such as `rak_invoice_read`. */
  deny: z.array(z.string().regex(/^rak_\w+_(?:read|write)$/)).optional(),
  /** Permissions that the keys get back: all, or these. */
  allow: z.union([z.literal(true), z.array(z.string())]).optional(),
  release: z.union([z.literal(true), z.int().min(1)]).optional(),
  clearRequests: z.literal(true).optional(),
  /** Milliseconds from payment until customer and subscription exist, for payments from now on. */
  attachAfterMs: z.number().min(0).optional(),
  /** Seconds until a search of customers sees a change. */
  searchLagSeconds: z.number().min(0).optional(),
  webhooks: webhookModeSchema.optional(),
  /** All failed and lost deliveries (`true`), one delivery or one event. */
  resend: z.union([z.literal(true), z.string()]).optional(),
  portalCancels: z.enum(["cancel_at", "cancel_at_period_end"]).optional(),
  /** A simulated action, e.g. `{action: "fail_renewal", subscription: "sub_…"}`. */
  simulate: simulationSchema.optional(),
  /** Creates now what paid sessions still wait for. */
  attach: z.literal(true).optional(),
  /** Sets a subscription's status to any word. */
  setStatus: z.strictObject({ subscription: z.string(), status: z.string().min(1) }).optional(),
});

export interface ControlDeps {
  account: Account;
  control: Control;
  requests: RequestLog;
  webhooks: Webhooks;
}

export interface ControlResponse {
  status: number;
  body: string;
}

/** Answers `POST /_sandbox/control`, and `GET /_sandbox/state`, `/_sandbox/requests` and `/_sandbox/webhooks`. */
export function handleControl(
  deps: ControlDeps,
  request: { method: string; path: string; body: string },
): ControlResponse {
  const endpoint = `${request.method} ${request.path}`;
  if (endpoint === "GET /_sandbox/state") return toResponse(200, describeState(deps));
  if (endpoint === "GET /_sandbox/requests") {
    return toResponse(200, { counts: deps.requests.counts(), requests: deps.requests.list() });
  }
  if (endpoint === "GET /_sandbox/webhooks") {
    return toResponse(200, { mode: deps.webhooks.mode, deliveries: deps.webhooks.list() });
  }
  if (endpoint !== "POST /_sandbox/control") return toResponse(404, { error: `There is no ${endpoint}` });
  const command = commandSchema.safeParse(parseJson(request.body));
  if (!command.success) return toResponse(400, { error: z.prettifyError(command.error) });
  return toResponse(...applyCommand(deps, command.data));
}

function applyCommand(deps: ControlDeps, command: z.output<typeof commandSchema>): [number, object] {
  const { account, control, requests, webhooks } = deps;
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
  if (command.allow === true) control.permissions.allow();
  else for (const permission of command.allow ?? []) control.permissions.allow(permission);
  for (const permission of command.deny ?? []) control.permissions.deny(permission);
  if (command.release) control.held.release(command.release === true ? undefined : command.release);
  if (command.clearRequests) requests.clear();
  if (command.attachAfterMs !== undefined) control.attachAfterMs = command.attachAfterMs;
  if (command.searchLagSeconds !== undefined) account.searchIndex.lagSeconds = command.searchLagSeconds;
  if (command.webhooks) webhooks.mode = command.webhooks;
  if (command.resend) webhooks.resend(command.resend === true ? undefined : command.resend);
  if (command.portalCancels) control.portalCancels = command.portalCancels;
  if (command.attach) account.checkout.attachAll();
  if (command.setStatus) {
    account.subscriptions.setStatus(command.setStatus.subscription, command.setStatus.status);
  }
  const outcome = command.simulate && simulate(account, command.simulate);
  if (outcome?.ok === false) return [409, { error: outcome.message }];
  return [200, { faults, state: describeState(deps) }];
}

function describeState({ account, control, requests, webhooks }: ControlDeps) {
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
    searchLagSeconds: account.searchIndex.lagSeconds,
    webhooks: webhooks.mode,
    portalCancels: control.portalCancels,
    limits: control.rateLimiter.limits,
    faults: control.listFaults(),
    deniedPermissions: control.permissions.list(),
    held: control.held.count,
    requests: requests.counts(),
  };
}

function toResponse(status: number, body: object): ControlResponse {
  return { status, body: JSON.stringify(body) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
