import { Banner } from "~/ui/banner";
import { CustomerFrame, CustomerHead } from "~/ui/customer/customer-frame";
import { Seats } from "~/ui/customer/soldiers";
import { useNow } from "~/ui/format/now";
import { Foot } from "./foot";
import { Leaving } from "./leaving";
import { OfferOf } from "./offer";
import { type Standing, standingOf } from "./standing";
import type { Pressed, WorkspaceData } from "./workspace-data";
import { workspacePath } from "./workspace-path";

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
  const { page } = data;
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
      <Seats count={page.workspace.status === "active" ? page.workspace.seats : 0} />
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
        <OfferOf offer={offer} at={at} again={again ?? at} data={data} />
      )}
    </CustomerFrame>
  );
}
