import { Form, Link, useNavigation } from "@remix-run/react";
import type { SoldPlan } from "~/reconcile/parity.server";
import { Button, buttonClasses } from "~/ui/button";
import { classNames } from "~/ui/class-names";
import { plural } from "~/ui/words";
import { type Offer, priceWords } from "./standing";

type OfferProps = {
  offer: Offer;
  /** The workspace's own page: everything is posted there. */
  at: string;
  /** The page that looks once more. */
  again: string;
  plans: SoldPlan[];
  /** Whether anything can be bought or managed here at all. */
  available: boolean;
  hasCustomer: boolean;
};

/** What the customer can do now. */
export function OfferOf({ offer, at, again, plans, available, hasCustomer }: OfferProps) {
  switch (offer) {
    case "plans":
      return (
        <>
          <Plans at={at} plans={plans} available={available} />
          {hasCustomer && available && <Manage at={at} look="quiet" label="Invoices and cards" />}
        </>
      );
    case "manage":
    case "pay": {
      if (!available || !hasCustomer)
        return <NotHere>To change your plan or your card, write to us.</NotHere>;
      return offer === "pay" ? (
        <Manage at={at} look="primary" label="Update how you pay" />
      ) : (
        <Manage at={at} look="secondary" label="Manage billing" />
      );
    }
    case "again":
      return (
        <div className="mt-8 space-y-4">
          <Link to={again} className={buttonClasses("secondary")}>
            Check again
          </Link>
          <p className="text-quiet">
            Still not open after an hour? Write to us and say on which day you paid. You do not need to pay
            twice.
          </p>
        </div>
      );
    case "workspace":
      return (
        <p className="mt-8">
          <Link to={at} className={buttonClasses("secondary")}>
            Go to your workspace
          </Link>
        </p>
      );
    case "patience":
      return (
        <div className="mt-8 h-0.5 w-full overflow-hidden rounded-full bg-line" aria-hidden="true">
          <div className="loading-bar h-full w-2/5 bg-accent-fill" />
        </div>
      );
    case "back":
    case "nothing":
      return null;
  }
}

function Plans({ at, plans, available }: Pick<OfferProps, "at" | "plans" | "available">) {
  if (plans.length === 0) return <NotHere>There is no plan to choose just now. Write to us.</NotHere>;
  const most = plans.reduce((best, plan) => (plan.soldiers > best.soldiers ? plan : best));
  return (
    <>
      <ul className="mt-8 grid gap-4 sm:grid-cols-2">
        {plans.map((plan) => (
          <li key={plan.id} className="flex flex-col rounded border border-line bg-raised p-5">
            <h2 className="text-lead font-semibold">{plan.name}</h2>
            <p className="mt-1 text-title tabular-nums">
              {plan.price ? priceWords(plan.price) : "Price shown at payment"}
            </p>
            <p className="mt-1 mb-5 text-quiet">{plural(plan.soldiers, "soldier")}</p>
            {available && (
              <Post
                at={at}
                fields={{ intent: "buy", plan: plan.id }}
                look={plan === most ? "primary" : "secondary"}
              >
                Choose {plan.name}
              </Post>
            )}
          </li>
        ))}
      </ul>
      {!available && <NotHere>Plans cannot be bought on this page at the moment. Write to us.</NotHere>}
    </>
  );
}

type Look = "primary" | "secondary" | "quiet";

function Manage({ at, look, label }: { at: string; look: Look; label: string }) {
  return (
    <div className={classNames("flex", look === "quiet" ? "mt-4 -ml-3" : "mt-8")}>
      <Post at={at} fields={{ intent: "manage" }} look={look}>
        {label}
      </Post>
    </div>
  );
}

type PostProps = { at: string; fields: Record<string, string>; look: Look; children: React.ReactNode };

function Post({ at, fields, look, children }: PostProps) {
  const busy = useNavigation().state !== "idle";
  return (
    <Form method="post" action={at} className="mt-auto">
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Button type="submit" look={look} disabled={busy} aria-busy={busy} className="w-full">
        {children}
      </Button>
    </Form>
  );
}

function NotHere({ children }: { children: React.ReactNode }) {
  return <p className="mt-8 text-quiet">{children}</p>;
}
