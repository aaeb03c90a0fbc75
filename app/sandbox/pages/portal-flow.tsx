import type { Account } from "../account/account";
import type { PortalFlow, PortalSessionRecord } from "../store/records";
import { describePrice } from "./amount";
import { Frame } from "./components";
import type { PageDeps } from "./page-deps";
import { type PageRequest, type PageResponse, redirectTo, renderPage } from "./page-response";

/** The page of a session that is for one thing; undefined when it is for the whole portal, or done. */
export function handlePortalFlow(
  { account, control }: PageDeps,
  session: PortalSessionRecord,
  request: PageRequest,
): PageResponse | undefined {
  const { flow, returnUrl } = session;
  if (flow === null || flow.done) return undefined;
  if (request.method !== "POST" || request.form.get("action") !== "confirm") {
    return renderPage("Confirm", <FlowPage {...describeFlow(account, flow)} returnUrl={returnUrl} />);
  }
  const { store, lifecycle, changes, portalSessions } = account;
  const subscription = store.subscriptions.getId(flow.subscription);
  if (flow.type === "subscription_cancel") lifecycle.cancelAtPeriodEnd(subscription, control.portalCancels);
  else changes.change(subscription, { items: flow.items.map(toItemPatch) });
  portalSessions.endFlow(store.portalSessions.getId(session.sequence));
  const done = flow.type === "subscription_cancel" ? "cancel" : "switch";
  return redirectTo(flow.redirectUrl ?? `${request.path}?done=${done}`);
}

function toItemPatch({ id, price, quantity }: PortalFlow["items"][number]) {
  return { id, price, ...(quantity === null ? {} : { quantity }) };
}

interface FlowPageProps {
  title: string;
  lines: readonly string[];
  button: string;
  returnUrl: string | null;
}

function FlowPage({ title, lines, button, returnUrl }: FlowPageProps) {
  return (
    <Frame narrow>
      {returnUrl === null ? null : (
        <p>
          <a href={returnUrl}>Go back without a change</a>
        </p>
      )}
      <h1>{title}</h1>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      <form method="post">
        <button className="main" type="submit" name="action" value="confirm">
          {button}
        </button>
      </form>
    </Frame>
  );
}

function describeFlow({ store }: Account, flow: PortalFlow): Omit<FlowPageProps, "returnUrl"> {
  if (flow.type === "subscription_cancel") {
    return {
      title: "Cancel your plan",
      lines: ["It ends with the period you have paid for."],
      button: "Cancel plan",
    };
  }
  const lines = flow.items.map(({ price: id, quantity }) => {
    const price = store.prices.find(id);
    const line = price ? describePrice(store, price) : id;
    return quantity === null || quantity === 1 ? line : `${quantity} × ${line}`;
  });
  return { title: "Confirm your new plan", lines, button: "Confirm" };
}
