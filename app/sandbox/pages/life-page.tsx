import type { ReactNode } from "react";
import type { Outcome } from "../account/happenings";
import type { Delivery } from "../webhooks/delivery";
import { type Choice, Customer, type LifeCustomer } from "./life-customer";
import { Alert, Frame } from "./parts";
import { WEBHOOK_MODES } from "./settings";

export interface LifePageProps {
  query: string;
  customers: readonly LifeCustomer[];
  more: boolean;
  plans: readonly Choice[];
  outcome: Outcome | null;
  settings: { webhooks: string; latency: number; attachAfter: number; portalCancels: string };
  /** The last ones, newest first. */
  deliveries: readonly Delivery[];
}

/** Opened without being asked to when there are no more than so many. */
const FEW = 2;

/** What happens in life, to be done by hand. */
export function LifePage(props: LifePageProps) {
  const { customers, query } = props;
  return (
    <Frame>
      <h1>What happens in life</h1>
      <p className="soft">
        Do to the customers of this sandbox what customers, banks and time do. The application hears of it as
        it would from Stripe.
      </p>
      {props.outcome === null ? null : <Said {...props.outcome} />}
      <form className="row" method="get">
        <label>
          Customer
          <input name="q" type="search" defaultValue={query} placeholder="E-mail, name, cus_, sub_" />
        </label>
        <button type="submit">Search</button>
      </form>
      <section className="panel" aria-labelledby="customers">
        <h2 id="customers">Customers</h2>
        {customers.length === 0 ? <p>Nobody is called that.</p> : null}
        {customers.map((customer) => (
          <Customer
            key={customer.id}
            open={customers.length <= FEW}
            plans={props.plans}
            {...{ customer, query }}
          />
        ))}
        {props.more ? <p className="soft">There are more. Search for one.</p> : null}
      </section>
      <Settings {...props.settings} query={query} />
      <Deliveries deliveries={props.deliveries} query={query} />
    </Frame>
  );
}

function Said({ ok, said }: Outcome): ReactNode {
  if (!ok) return <Alert>{said}</Alert>;
  return (
    <p className="done" role="status">
      {said}
    </p>
  );
}

function Settings(props: LifePageProps["settings"] & { query: string }) {
  return (
    <form className="panel" method="post">
      <h2>How Stripe behaves</h2>
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
            {props.webhooks === "other" ? <option value="other">as the control endpoint said</option> : null}
          </select>
        </label>
        <label>
          Answers of the API take (ms)
          <input name="latency" inputMode="numeric" required defaultValue={props.latency} />
        </label>
        <label>
          A paid subscription is there after (ms)
          <input name="attachAfter" inputMode="numeric" required defaultValue={props.attachAfter} />
        </label>
        <label>
          The portal cancels with
          <select name="portalCancels" defaultValue={props.portalCancels}>
            <option value="cancel_at">cancel_at alone</option>
            <option value="cancel_at_period_end">cancel_at_period_end</option>
          </select>
        </label>
      </div>
      <button type="submit" name="change" value="settings">
        Behave like this
      </button>
    </form>
  );
}

function Deliveries({ deliveries, query }: { deliveries: readonly Delivery[]; query: string }) {
  return (
    <section className="panel" aria-labelledby="deliveries">
      <h2 id="deliveries">Webhooks sent</h2>
      {deliveries.length === 0 ? <p>None yet, or there is no endpoint.</p> : null}
      <ul className="plain">
        {deliveries.map(({ id, type, state, attempts }) => (
          <li key={id} className="row">
            <span>
              {type} <span className="soft">{stateText(state, attempts.at(-1)?.status)}</span>
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

function stateText(state: Delivery["state"], status: number | null | undefined): string {
  return status === undefined ? state : `${state}, last answer: ${status ?? "none"}`;
}
