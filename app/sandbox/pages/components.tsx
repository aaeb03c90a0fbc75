import type { InputHTMLAttributes, ReactNode } from "react";
import type { Problems } from "./card-form";

interface FrameProps {
  narrow?: boolean;
  children: ReactNode;
}

/** The frame of every page. It says that this is a sandbox. */
export function Frame({ narrow = false, children }: FrameProps) {
  return (
    <div className={narrow ? "narrow" : ""}>
      <header className="sandbox">
        <p>Stripe sandbox: it runs on this machine and moves no real money.</p>
      </header>
      <main className={narrow ? "narrow" : ""}>{children}</main>
    </div>
  );
}

export function Alert({ children }: { children: ReactNode }) {
  return (
    <p className="alert" role="alert">
      {children}
    </p>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  name: string;
  problems?: Problems;
}

/** An input with its label and its problem. */
export function Field({ label, name, problems = {}, ...input }: FieldProps) {
  const problem = problems[name];
  const described = problem === undefined ? undefined : `${name}-problem`;
  return (
    <div>
      <label htmlFor={name}>{label}</label>
      <input
        id={name}
        name={name}
        aria-invalid={problem === undefined ? undefined : true}
        aria-describedby={described}
        {...input}
      />
      {problem === undefined ? null : (
        <p className="problem" id={described}>
          {problem}
        </p>
      )}
    </div>
  );
}

/** Number, expiration and CVC. The page never shows entered values again. */
export function CardFields({ problems }: { problems: Problems }) {
  const card = { required: true, inputMode: "numeric", problems } as const;
  return (
    <>
      <Field
        label="Card number"
        name="cardNumber"
        autoComplete="cc-number"
        placeholder="4242 4242 4242 4242"
        {...card}
      />
      <div className="pair">
        <Field label="Expiration" name="expiry" autoComplete="cc-exp" placeholder="MM / YY" {...card} />
        <Field label="CVC" name="cvc" autoComplete="cc-csc" placeholder="123" {...card} />
      </div>
    </>
  );
}

export function TestCards() {
  return (
    <section className="panel" aria-labelledby="test-cards">
      <h2 id="test-cards">Test cards</h2>
      <ul className="plain">
        <li>
          <code>4242 4242 4242 4242</code> pays
        </li>
        <li>
          <code>4000 0000 0000 0002</code> is declined
        </li>
        <li>
          <code>4000 0025 0000 3155</code> asks for confirmation
        </li>
      </ul>
      <p className="soft">With any date in the future and any CVC.</p>
    </section>
  );
}
