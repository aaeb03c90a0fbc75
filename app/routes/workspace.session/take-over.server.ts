import type { RequestContext } from "~/http/context";
import { isSameOrigin } from "~/http/same-origin";
import { workspacePath } from "../workspace/workspace-path";

type Posted = { token: string; workspaceId?: string; step?: "here" | "replace" };

/** What the hand-over page shows. `fields` are posted again; `stay` leads back to the workspace that is open. */
export type HandedOver =
  | { kind: "pass_on"; fields: Record<string, string> }
  | { kind: "ask"; fields: Record<string, string>; stay: string | null }
  | { kind: "expired" }
  | { kind: "no_workspace" };

export type TakeOver =
  | HandedOver
  | { kind: "signed_in"; to: string; cookie: string }
  | { kind: "not_configured" | "unavailable" | "cross_site" };

/**
 * Exchanges the application's token for a session of ours.
 *
 * A browser sends our cookie (SameSite=Lax) with no form of another site. So whether somebody else is signed in here can
 * only be seen by a form of our own: a post from another site is passed on by a page of ours, and only what that page
 * sends is acted upon. Replacing another user's session needs a press of a button on top of it.
 */
export async function takeOver(posted: Posted, request: Request, context: RequestContext): Promise<TakeOver> {
  const { customerAuth, environment, sender, parity } = context;
  const reading = await customerAuth.readToken(posted.token);
  if (!reading.ok) return { kind: reading.reason === "invalid" ? "expired" : reading.reason };
  const { userId } = reading;

  const fields = { token: posted.token, ...(posted.workspaceId && { workspaceId: posted.workspaceId }) };
  const isOurs = isSameOrigin(sender, environment.appUrl, false);
  if (!isOurs) return posted.step ? { kind: "cross_site" } : { kind: "pass_on", fields };

  const current = await customerAuth.session(request);
  if (current !== null && current !== userId && posted.step !== "replace")
    return { kind: "ask", fields, stay: await workspaceOf(current) };
  const to = posted.workspaceId ? workspacePath(posted.workspaceId) : await workspaceOf(userId);
  if (to === null) return { kind: "no_workspace" };
  return { kind: "signed_in", to, cookie: await customerAuth.startSession(userId) };

  async function workspaceOf(user: string): Promise<string | null> {
    const [view] = await parity.views([user]);
    const [first] = view?.database.workspaces ?? [];
    return first ? workspacePath(first.id) : null;
  }
}
