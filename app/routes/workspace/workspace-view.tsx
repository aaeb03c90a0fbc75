import type { CustomerPage } from "~/reconcile/customer-views";
import type { SoldPlan } from "~/reconcile/parity.server";
import { Banner } from "~/ui/banner";
import { CustomerFrame, CustomerHead } from "~/ui/customer/customer-frame";
import { Soldiers } from "~/ui/customer/soldiers";
import { useNow } from "~/ui/now";
import { Foot } from "./foot";
import { Leaving } from "./leaving";
import { OfferOf } from "./offer";
import { type Standing, standingOf } from "./standing";
import { workspacePath } from "./workspace-path";

/** What a customer's page is made of. */
export type WorkspaceData = { page: CustomerPage; plans: SoldPlan[]; available: boolean };

/** What pressing a button came to: another page to go to, or why not. */
export type Pressed = { goTo: string } | { problem: string };

type WorkspaceViewProps = {
  data: WorkspaceData;
  /** Said instead of where the customer stands, while something is being found out. */
  meanwhile: Standing | null;
  pressed?: Pressed;
  /** The address that looks once more; the workspace's own when it is left out. */
  again?: string;
};

/** A workspace as its owner sees it: what they have, until when, what to do. */
export function WorkspaceView({ data, meanwhile, pressed, again }: WorkspaceViewProps) {
  const { page, plans, available } = data;
  const { seconds: now } = useNow();
  const { title, text, offer } = meanwhile ?? standingOf(page, now);
  const at = workspacePath(page.workspace.id);
  return (
    <CustomerFrame foot={<Foot />}>
      <div aria-live="polite">
        <CustomerHead over={page.workspace.name} title={title}>
          {text}
        </CustomerHead>
      </div>
      <Soldiers count={page.workspace.status === "active" ? page.workspace.soldiers : 0} />
      {pressed && "problem" in pressed && (
        <div className="mt-8">
          <Banner tone="high" role="alert">
            {pressed.problem}
          </Banner>
        </div>
      )}
      {pressed && "goTo" in pressed ? (
        <Leaving to={pressed.goTo} />
      ) : (
        <OfferOf
          offer={offer}
          at={at}
          again={again ?? at}
          plans={plans}
          available={available}
          hasCustomer={page.hasCustomer}
          contact={page.contact}
        />
      )}
    </CustomerFrame>
  );
}
