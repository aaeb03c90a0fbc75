import type { Problems } from "./card-form";
import { Alert, CardFields, Field, Frame, TestCards } from "./components";

export interface PayPageProps {
  /** `Army, $200.00 a year` */
  lines: readonly string[];
  /** Due today: `$200.00`. */
  due: string;
  trialDays: number | null;
  /** The email address that the payer cannot change; null when the payer enters it. */
  fixedEmail: string | null;
  typed: { email: string; name: string };
  cancelUrl: string | null;
  problems: Problems;
  /** Why the payment failed. */
  refusal: string | null;
}

/** The hosted payment page. */
export function PayPage(props: PayPageProps) {
  const { fixedEmail, typed, problems } = props;
  return (
    <Frame narrow>
      <h1>Subscribe</h1>
      <p className="price">{props.due}</p>
      <p className="soft">{props.trialDays === null ? "due today" : `due after ${props.trialDays} days`}</p>
      <ul className="plain">
        {props.lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <form className="panel" method="post" noValidate>
        {props.refusal === null ? null : <Alert>{props.refusal}</Alert>}
        <div className="fields">
          {fixedEmail === null ? (
            <Field
              label="Email"
              name="email"
              type="email"
              autoComplete="email"
              required
              defaultValue={typed.email}
              problems={problems}
            />
          ) : (
            <Field label="Email" name="email" type="email" readOnly value={fixedEmail} />
          )}
          <CardFields problems={problems} />
          <Field
            label="Name on card"
            name="name"
            autoComplete="cc-name"
            required
            defaultValue={typed.name}
            problems={problems}
          />
        </div>
        <button className="main wide" type="submit">
          {props.trialDays === null ? `Pay ${props.due}` : "Start trial"}
        </button>
      </form>
      {props.cancelUrl === null ? null : (
        <p>
          <a href={props.cancelUrl}>Cancel and go back</a>
        </p>
      )}
      <TestCards />
    </Frame>
  );
}

/** The page on which the payer's bank asks for confirmation. */
export function ConfirmPage({ due }: { due: string }) {
  return (
    <Frame narrow>
      <h1>Confirm the payment</h1>
      <p>Your bank asks you to confirm the payment of {due}.</p>
      <form className="panel row" method="post">
        <button className="main" type="submit" name="outcome" value="complete">
          Complete
        </button>
        <button className="harm" type="submit" name="outcome" value="fail">
          Fail
        </button>
      </form>
    </Frame>
  );
}

/** Shown in place of a form that can no longer be used. */
export function ClosedPage({
  title,
  text,
  backUrl,
}: {
  title: string;
  text: string;
  backUrl: string | null;
}) {
  return (
    <Frame narrow>
      <h1>{title}</h1>
      <p>{text}</p>
      {backUrl === null ? null : (
        <p>
          <a href={backUrl}>Go back</a>
        </p>
      )}
    </Frame>
  );
}
