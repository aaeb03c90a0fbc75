export interface SubscriptionView {
  id: string;
  status: string;
  /** `Army, $200.00 a year, until 1 January 2027` */
  about: string;
  /** The current price. */
  price: string | null;
  /** The possible actions and their labels. */
  buttons: readonly { action: string; label: string }[];
}

export interface CustomerView {
  id: string;
  email: string | null;
  name: string | null;
  deleted: boolean;
  subscriptions: readonly SubscriptionView[];
}

export interface Choice {
  id: string;
  name: string;
}

interface Props {
  customer: CustomerView;
  plans: readonly Choice[];
  open: boolean;
  /** The current search, to return to it after an action. */
  query: string;
}

/** One customer with its subscriptions and the possible actions. */
export function Customer({ customer, plans, open, query }: Props) {
  const { id, email, name, deleted, subscriptions } = customer;
  const statuses = subscriptions.map(({ status }) => status).join(", ");
  return (
    <details open={open}>
      <summary>
        <strong>{email ?? "No email address"}</strong> {name ?? ""}{" "}
        <span className="soft">
          {deleted ? "deleted" : statuses || "no subscription"} · <span className="id">{id}</span>
        </span>
      </summary>
      {subscriptions.map((subscription) => (
        <Subscription key={subscription.id} {...{ subscription, plans, query }} />
      ))}
      {deleted ? null : (
        <>
          <form className="row" method="post">
            <Hidden values={{ q: query, customer: id }} />
            <PlanChoice label="Plan for a new subscription" plans={plans} />
            <button type="submit" name="action" value="subscribe">
              Add subscription
            </button>
          </form>
          <form className="row" method="post">
            <Hidden values={{ q: query, customer: id }} />
            <label>
              New email address
              <input name="email" defaultValue={email ?? ""} autoComplete="off" />
            </label>
            <button type="submit" name="action" value="change_email">
              Change email address
            </button>
            <button className="harm" type="submit" name="action" value="delete_customer">
              Delete customer
            </button>
          </form>
        </>
      )}
    </details>
  );
}

interface SubscriptionProps {
  subscription: SubscriptionView;
  plans: readonly Choice[];
  query: string;
}

function Subscription({
  subscription: { id, status, about, price, buttons },
  plans,
  query,
}: SubscriptionProps) {
  const values = { q: query, subscription: id };
  return (
    <section className="subscription" aria-label={`Subscription ${id}`}>
      <h3>
        {status} <span className="id soft">{id}</span>
      </h3>
      <p>{about}</p>
      <form className="row" method="post">
        <Hidden values={values} />
        {buttons.map(({ action, label }) => (
          <button key={action} type="submit" name="action" value={action}>
            {label}
          </button>
        ))}
      </form>
      {status === "canceled" ? null : (
        <form className="row" method="post">
          <Hidden values={values} />
          <PlanChoice label="New plan" plans={plans.filter((plan) => plan.id !== price)} />
          <button type="submit" name="action" value="change_plan">
            Change plan
          </button>
        </form>
      )}
      <form className="row" method="post">
        <Hidden values={values} />
        <label>
          Any status
          <input name="status" required autoComplete="off" placeholder="hibernating" />
        </label>
        <button type="submit" name="action" value="set_status">
          Set status
        </button>
      </form>
    </section>
  );
}

function PlanChoice({ label, plans }: { label: string; plans: readonly Choice[] }) {
  return (
    <label>
      {label}
      <select name="price">
        {plans.map((plan) => (
          <option key={plan.id} value={plan.id}>
            {plan.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Hidden({ values }: { values: Readonly<Record<string, string>> }) {
  return Object.entries(values).map(([name, value]) => (
    <input key={name} type="hidden" name={name} value={value} />
  ));
}
