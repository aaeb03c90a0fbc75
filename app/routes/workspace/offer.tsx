import { Form, Link, useNavigation } from "@remix-run/react";
import type { SoldPlan } from "~/facade/parity.server";
import { Button, buttonClasses } from "~/ui/button";
import { classNames } from "~/ui/class-names";
import { WriteToUs } from "~/ui/customer/write-to-us";
import { plural } from "~/ui/status/words";
import { type Offer, priceWords } from "./standing";
import type { WorkspaceData } from "./workspace-data";

type OfferProps = {
  offer: Offer;
  /** The workspace's own page: everything is posted there. */
  at: string;
  /** The page that looks once more. */
  again: string;
  data: WorkspaceData;
};

/** What the customer can do now. */
export function OfferOf({ offer, at, again, data }: OfferProps) {
  const { page, plans, available } = data;
  const { contact, hasCustomer } = page;
  switch (offer) {
    case "plans":
      return (
        <>
          <Plans at={at} plans={plans} available={available} contact={contact} />
          {hasCustomer && available && <Manage at={at} look="quiet" label="Invoices and cards" />}
        </>
      );
    case "manage":
    case "pay": {
      if (!available || !hasCustomer)
        return <NotHere contact={contact}>Your plan and your card cannot be changed on this page.</NotHere>;
      if (offer === "pay") return <Manage at={at} look="primary" label="Update how you pay" />;
      return (
        <>
          <Manage at={at} look="secondary" label="Manage billing" />
          <More page={page} plans={plans} />
        </>
      );
    }
    case "again":
      return (
        <div className="mt-8 space-y-4">
          <Link to={again} className={buttonClasses("secondary")}>
            Check again
          </Link>
          <p className="text-quiet">
            You do not need to pay twice.
            {contact && (
              <>
                {" "}
                Still not open after an hour? <WriteToUs contact={contact} /> and say on which day you paid.
              </>
            )}
          </p>
        </div>
      );
    case "workspace":
      return (
        <div className="mt-8 space-y-4">
          <Link to={at} className={buttonClasses("secondary")}>
            Go to your workspace
          </Link>
          {contact && (
            <p className="text-quiet">
              No other account? <WriteToUs contact={contact} /> and say on which day you paid.
            </p>
          )}
        </div>
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

/** The way up, for who has a plan: the one there is becomes another. */
function More({ page, plans }: Pick<WorkspaceData, "page" | "plans">) {
  const { subscription } = page;
  // Whoever has canceled is not talked into more.
  const has = subscription?.access === "yes" && subscription.endsAt === null ? subscription.plan : null;
  const next = has && plans.find(({ seats }) => seats > has.seats);
  if (!next) return null;
  // In another currency it may not be offered to them.
  const isTheirs = next.price?.currency === subscription?.price?.currency;
  const cost = isTheirs && next.price?.unitAmount != null ? `, ${priceWords(next.price)}` : "";
  return (
    <p className="mt-4 text-quiet">
      {next.name} has {plural(next.seats, "soldier")}
      {cost}. You can change your plan under Manage billing.
    </p>
  );
}

type PlansProps = { at: string; plans: SoldPlan[]; available: boolean; contact: string | null };

function Plans({ at, plans, available, contact }: PlansProps) {
  if (plans.length === 0) return <NotHere contact={contact}>There is no plan to choose just now.</NotHere>;
  const most = plans.reduce((best, plan) => (plan.seats > best.seats ? plan : best));
  return (
    <>
      <ul className="mt-8 grid gap-4 sm:grid-cols-2">
        {plans.map((plan) => (
          <li key={plan.id} className="flex flex-col rounded border border-line bg-raised p-5">
            <h2 className="text-lead font-semibold">{plan.name}</h2>
            <p className="mt-1 text-title tabular-nums">
              {plan.price ? priceWords(plan.price) : "Price shown at payment"}
            </p>
            <p className="mt-1 mb-5 text-quiet">{plural(plan.seats, "soldier")}</p>
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
      {!available && <NotHere contact={contact}>Plans cannot be bought on this page at the moment.</NotHere>}
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

function NotHere({ contact, children }: { contact: string | null; children: React.ReactNode }) {
  return (
    <p className="mt-8 text-quiet">
      {children}
      {contact && (
        <>
          {" "}
          <WriteToUs contact={contact} />.
        </>
      )}
    </p>
  );
}
