import { Banner } from "~/ui/banner";
import { ContactLink } from "~/ui/customer/contact-link";
import { CustomerFrame, CustomerHeader } from "~/ui/customer/customer-frame";
import { Seats } from "~/ui/customer/seats";
import { useNow } from "~/ui/format/now";
import { Footer } from "./footer";
import { OfferPanel } from "./offer-panel";
import { describePlan, type PlanState } from "./plan-state";
import { Redirecting } from "./redirecting";
import type { ActionResult, WorkspaceData } from "./workspace-data";
import { buildWorkspacePath } from "./workspace-path";

type WorkspaceViewProps = {
  data: WorkspaceData;
  /** Shown instead of the plan state while a payment is being checked. */
  pendingState: PlanState | null;
  actionResult?: ActionResult;
  /** The path that checks the payment again. Defaults to the workspace's path. */
  recheckPath?: string;
};

/** A workspace as its owner sees it: what they have, until when, and what they can do. */
export function WorkspaceView({ data, pendingState, actionResult, recheckPath }: WorkspaceViewProps) {
  const { page } = data;
  const { seconds: now } = useNow();
  const { title, text, offer } = pendingState ?? describePlan(page, now);
  const path = buildWorkspacePath(page.workspace.id);
  return (
    <CustomerFrame footer={<Footer />}>
      <div aria-live="polite">
        <CustomerHeader workspaceName={page.workspace.name} title={title}>
          {text}
        </CustomerHeader>
      </div>
      <Seats
        count={page.workspace.status === "active" ? page.workspace.seats : 0}
        largest={Math.max(0, ...data.plans.map(({ seats }) => seats))}
      />
      {actionResult && "problem" in actionResult && (
        <div className="mt-8">
          <Banner tone="high" role="alert">
            {actionResult.problem}
            {actionResult.needsHelp && (
              <> {page.contact ? <ContactLink contact={page.contact} /> : "Contact support"}.</>
            )}
          </Banner>
        </div>
      )}
      {actionResult && "redirectTo" in actionResult ? (
        <Redirecting to={actionResult.redirectTo} />
      ) : (
        <OfferPanel offer={offer} path={path} recheckPath={recheckPath ?? path} data={data} />
      )}
    </CustomerFrame>
  );
}
