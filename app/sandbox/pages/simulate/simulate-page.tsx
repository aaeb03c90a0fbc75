import type { ReactNode } from "react";
import type { Outcome } from "~/sandbox/account/simulate";
import { Alert, Frame } from "~/sandbox/pages/components";
import type { Delivery } from "~/sandbox/webhooks/delivery";
import { WEBHOOK_MODES } from "./settings";
import { type Choice, Customer, type CustomerView } from "./simulate-customer";

export interface SimulatePageProps {
  query: string;
  customers: readonly CustomerView[];
  more: boolean;
  plans: readonly Choice[];
  outcome: Outcome | null;
  settings: { webhooks: string; latency: number; attachAfter: number; portalCancels: string };
  /** The latest deliveries, newest first. */
  deliveries: readonly Delivery[];
}

/** Up to this many customers are shown open. */
const FEW = 2;

/** Does by hand what customers, banks and time do. */
export function SimulatePage(props: SimulatePageProps) {
  const { customers, query } = props;
  return (
    <Frame>
      <h1>Simulate</h1>
      <p className="soft">
        Change customers and subscriptions of this sandbox. The application receives the same events as from
        Stripe.
      </p>
      {props.outcome === null ? null : <OutcomeMessage {...props.outcome} />}
      <form className="row" method="get">
        <label>
          Customer
          <input name="q" type="search" defaultValue={query} placeholder="Email, name, cus_, sub_" />
        </label>
        <button type="submit">Search</button>
      </form>
      <section className="panel" aria-labelledby="customers">
        <h2 id="customers">Customers</h2>
        {customers.length === 0 ? <p>No customers found.</p> : null}
        {customers.map((customer) => (
          <Customer
            key={customer.id}
            open={customers.length <= FEW}
            plans={props.plans}
            {...{ customer, query }}
          />
        ))}
        {props.more ? <p className="soft">There are more customers. Use the search.</p> : null}
      </section>
      <Settings {...props.settings} query={query} />
      <Deliveries deliveries={props.deliveries} query={query} />
    </Frame>
  );
}

function OutcomeMessage({ ok, message }: Outcome): ReactNode {
  if (!ok) return <Alert>{message}</Alert>;
  return (
    <p className="done" role="status">
      {message}
    </p>
  );
}

function Settings(props: SimulatePageProps["settings"] & { query: string }) {
  return (
    <form className="panel" method="post">
      <h2>Sandbox settings</h2>
      <input type="hidden" name="q" value={props.query} />
      <div className="fields">
        <label>
          Webhooks
          <select name="webhooks" defaultValue={props.webhooks}>
            {Object.entries(WEBHOOK_MODES).map(([name, { label }]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
            {props.webhooks === "other" ? (
              <option value="other">as set by the control endpoint</option>
            ) : null}
          </select>
        </label>
        <label>
          API latency (ms)
          <input name="latency" inputMode="numeric" required defaultValue={props.latency} />
        </label>
        <label>
          Subscription appears after payment (ms)
          <input name="attachAfter" inputMode="numeric" required defaultValue={props.attachAfter} />
        </label>
        <label>
          The portal cancels with
          <select name="portalCancels" defaultValue={props.portalCancels}>
            <option value="cancel_at">cancel_at only</option>
            <option value="cancel_at_period_end">cancel_at_period_end</option>
          </select>
        </label>
      </div>
      <button type="submit" name="change" value="settings">
        Save settings
      </button>
    </form>
  );
}

function Deliveries({ deliveries, query }: { deliveries: readonly Delivery[]; query: string }) {
  return (
    <section className="panel" aria-labelledby="deliveries">
      <h2 id="deliveries">Webhooks sent</h2>
      {deliveries.length === 0 ? <p>No webhooks were sent yet.</p> : null}
      <ul className="plain">
        {deliveries.map(({ id, type, state, attempts }) => (
          <li key={id} className="row">
            <span>
              {type} <span className="soft">{describeDelivery(state, attempts.at(-1)?.status)}</span>
            </span>
            {state === "waiting" ? null : (
              <form method="post">
                <input type="hidden" name="q" value={query} />
                <input type="hidden" name="delivery" value={id} />
                <button type="submit" name="change" value="resend" aria-label={`Resend ${type} (${id})`}>
                  Resend
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function describeDelivery(state: Delivery["state"], status: number | null | undefined): string {
  return status === undefined ? state : `${state}, last response: ${status ?? "none"}`;
}
