import { Form, Link, useNavigation } from "@remix-run/react";
import { formatSeats } from "~/billing/seat-label";
import type { SoldPlan } from "~/customers/customer-views";
import { Button, type ButtonVariant, buttonClasses } from "~/ui/button";
import { classNames } from "~/ui/class-names";
import { ContactLink } from "~/ui/customer/contact-link";
import { formatPlanPrice, isPriceKnown, type Offer } from "./plan-state";
import type { WorkspaceData } from "./workspace-data";

type OfferPanelProps = {
  offer: Offer;
  /** The path of the workspace's page. All forms post there. */
  path: string;
  /** The path of the page that checks the payment again. */
  recheckPath: string;
  data: WorkspaceData;
};

/** The buttons for what the customer can do now. */
export function OfferPanel({ offer, path, recheckPath, data }: OfferPanelProps) {
  const { page, plans, available } = data;
  const { contact, hasCustomer } = page;
  switch (offer) {
    case "plans":
      return (
        <>
          <Plans path={path} plans={plans} available={available} contact={contact} />
          {hasCustomer && available && (
            <ManageForm path={path} variant="quiet" label="Invoices and payment methods" />
          )}
        </>
      );
    case "manage":
    case "pay": {
      if (!available || !hasCustomer)
        return (
          <NotAvailable contact={contact}>You cannot change your plan or card on this page.</NotAvailable>
        );
      if (offer === "pay") return <ManageForm path={path} variant="primary" label="Update payment method" />;
      return (
        <>
          <ManageForm path={path} variant="secondary" label="Manage billing" />
          <UpgradeHint page={page} plans={plans} />
        </>
      );
    }
    case "check_again":
      return (
        <div className="mt-8 space-y-4">
          <Link to={recheckPath} className={buttonClasses("secondary")}>
            Check again
          </Link>
          <p className="text-quiet">
            You do not need to pay again.
            {contact && (
              <>
                {" "}
                Still locked after an hour? <ContactLink contact={contact} /> and tell us the date of your
                payment.
              </>
            )}
          </p>
        </div>
      );
    case "workspace":
      return (
        <div className="mt-8 space-y-4">
          <Link to={path} className={buttonClasses("secondary")}>
            Go to your workspace
          </Link>
          {contact && (
            <p className="text-quiet">
              No other account? <ContactLink contact={contact} /> and tell us the date of your payment.
            </p>
          )}
        </div>
      );
    case "wait":
      return (
        <div className="mt-8 h-0.5 w-full overflow-hidden rounded-full bg-line" aria-hidden="true">
          <div className="loading-bar h-full w-2/5 bg-accent-fill" />
        </div>
      );
    case "back":
    case "none":
      return null;
  }
}

/** Names the next larger plan to a customer who has a smaller one. */
function UpgradeHint({ page, plans }: Pick<WorkspaceData, "page" | "plans">) {
  const { subscription } = page;
  // A customer who has canceled is not offered more.
  const current = subscription?.access === "yes" && subscription.endsAt === null ? subscription.plan : null;
  const next = current && plans.find(({ seats }) => seats > current.seats);
  if (!next) return null;
  // A price in another currency may not be available to this customer.
  const hasSameCurrency = next.price?.currency === subscription?.price?.currency;
  const cost =
    hasSameCurrency && next.price && isPriceKnown(next.price) ? `, ${formatPlanPrice(next.price)}` : "";
  return (
    <p className="mt-4 text-quiet">
      {next.name} has {formatSeats(next.seats)}
      {cost}. You can change your plan under Manage billing.
    </p>
  );
}

type PlansProps = { path: string; plans: SoldPlan[]; available: boolean; contact: string | null };

function Plans({ path, plans, available, contact }: PlansProps) {
  if (plans.length === 0)
    return <NotAvailable contact={contact}>No plans are available right now.</NotAvailable>;
  const largest = plans.reduce((best, plan) => (plan.seats > best.seats ? plan : best));
  return (
    <>
      <ul className="mt-8 grid gap-4 sm:grid-cols-2">
        {plans.map((plan) => (
          <li key={plan.id} className="flex flex-col rounded border border-line bg-raised p-5">
            <h2 className="text-lead font-semibold">{plan.name}</h2>
            <p className="mt-1 text-title tabular-nums">
              {plan.price ? formatPlanPrice(plan.price) : "Price shown at payment"}
            </p>
            <p className="mt-1 mb-5 text-quiet">{formatSeats(plan.seats)}</p>
            {available && (
              <PostForm
                path={path}
                fields={{ intent: "buy", plan: plan.id }}
                variant={plan === largest ? "primary" : "secondary"}
              >
                Choose {plan.name}
              </PostForm>
            )}
          </li>
        ))}
      </ul>
      {!available && (
        <NotAvailable contact={contact}>You cannot buy a plan on this page right now.</NotAvailable>
      )}
    </>
  );
}

function ManageForm({ path, variant, label }: { path: string; variant: ButtonVariant; label: string }) {
  return (
    <div className={classNames("flex", variant === "quiet" ? "mt-4 -ml-3" : "mt-8")}>
      <PostForm path={path} fields={{ intent: "manage" }} variant={variant}>
        {label}
      </PostForm>
    </div>
  );
}

type PostFormProps = {
  path: string;
  fields: Record<string, string>;
  variant: ButtonVariant;
  children: React.ReactNode;
};

function PostForm({ path, fields, variant, children }: PostFormProps) {
  const busy = useNavigation().state !== "idle";
  return (
    <Form method="post" action={path} className="mt-auto">
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Button type="submit" variant={variant} disabled={busy} aria-busy={busy} className="w-full">
        {children}
      </Button>
    </Form>
  );
}

function NotAvailable({ contact, children }: { contact: string | null; children: React.ReactNode }) {
  return (
    <p className="mt-8 text-quiet">
      {children}
      {contact && (
        <>
          {" "}
          <ContactLink contact={contact} />.
        </>
      )}
    </p>
  );
}
