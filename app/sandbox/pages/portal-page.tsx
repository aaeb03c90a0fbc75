import type { Problems } from "./card-form";
import { Alert, CardFields, Frame, TestCards } from "./components";

export interface PortalSubscription {
  id: string;
  /** `Army, $200.00 a year` */
  plan: string;
  /** When it renews or ends. */
  until: string;
  canEnd: boolean;
  canUndoCancellation: boolean;
  /** Prices that the customer can switch to. */
  others: readonly { id: string; name: string }[];
}

export interface PortalPageProps {
  email: string | null;
  card: string | null;
  subscriptions: readonly PortalSubscription[];
  returnUrl: string | null;
  problems: Problems;
  refusal: string | null;
  /** What the last form did. */
  done: string | null;
}

/** The billing portal, where a customer manages subscriptions and the card. */
export function PortalPage(props: PortalPageProps) {
  return (
    <Frame narrow>
      {props.returnUrl === null ? null : (
        <p>
          <a href={props.returnUrl}>Return to the application</a>
        </p>
      )}
      <h1>Your billing</h1>
      <p className="soft">{props.email ?? "No email address"}</p>
      {props.done === null ? null : (
        <p className="done" role="status">
          {props.done}
        </p>
      )}
      {props.subscriptions.length === 0 ? <p>You have no subscription.</p> : null}
      {props.subscriptions.map((subscription) => (
        <Subscription key={subscription.id} {...subscription} />
      ))}
      <form className="panel" method="post" noValidate>
        <h2>Card</h2>
        <p className="soft">{props.card === null ? "No card" : `Card ending in ${props.card}`}</p>
        {props.refusal === null ? null : <Alert>{props.refusal}</Alert>}
        <div className="fields">
          <CardFields problems={props.problems} />
        </div>
        <button type="submit" name="action" value="card">
          Update card
        </button>
      </form>
      <TestCards />
    </Frame>
  );
}

function Subscription({ id, plan, until, canEnd, canUndoCancellation, others }: PortalSubscription) {
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>{plan}</h2>
      <p>{until}</p>
      <form method="post">
        <input type="hidden" name="subscription" value={id} />
        {canEnd ? (
          <button className="harm" type="submit" name="action" value="cancel">
            Cancel plan
          </button>
        ) : null}
        {canUndoCancellation ? (
          <button className="main" type="submit" name="action" value="keep">
            Resume plan
          </button>
        ) : null}
      </form>
      {others.length === 0 ? null : (
        <form className="row" method="post">
          <input type="hidden" name="subscription" value={id} />
          <label>
            Other plan
            <select name="price">
              {others.map((price) => (
                <option key={price.id} value={price.id}>
                  {price.name}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" name="action" value="switch">
            Switch plan
          </button>
        </form>
      )}
    </section>
  );
}
