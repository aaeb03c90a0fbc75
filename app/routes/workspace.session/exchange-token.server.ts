import { readOrigins } from "~/engine/account/origins";
import type { RequestContext } from "~/http/context";
import { isSameOrigin } from "~/http/same-origin";
import { buildWorkspacePath } from "~/routes/workspace/workspace-path";

type HandoverForm = { token: string; workspaceId?: string; step?: "here" | "replace" };

/**
 * What the handover page shows. `repost`: it posts `fields` again. `ask`: after a click. `confirm`: the customer must confirm first; `currentPath`
 * is the workspace that is open now.
 */
export type HandoverStep =
  | { kind: "repost"; fields: Record<string, string> }
  /** The post came from a page that is not known to be the application's: the customer is asked first. */
  | { kind: "ask"; fields: Record<string, string>; email: string | null }
  | { kind: "confirm"; fields: Record<string, string>; currentPath: string | null }
  | { kind: "expired" }
  | { kind: "no_workspace" };

export type TokenExchange =
  | HandoverStep
  | { kind: "signed_in"; to: string; cookie: string }
  | { kind: "not_configured" | "unavailable" | "cross_site" };

/**
 * Exchanges the application's token for a customer session.
 *
 * A browser does not send our cookie (SameSite=Lax) with a form of another site. Only a form of our own shows whether
 * another customer is signed in, so a post from another site is answered with a page that posts it again, and only that
 * second post signs in. It is posted again by itself only for the application's own pages (setting `applicationOrigins`): any site
 * could post a token of its own and so lead a visitor into a stranger's workspace. Replacing another customer's session also
 * needs a click.
 */
export async function exchangeToken(
  posted: HandoverForm,
  request: Request,
  context: RequestContext,
): Promise<TokenExchange> {
  const { customerAuth, environment, sender, parity } = context;
  const token = await customerAuth.readToken(posted.token);
  if (!token.ok) return { kind: token.reason === "invalid" ? "expired" : token.reason };
  const { userId } = token;

  const fields = { token: posted.token, ...(posted.workspaceId && { workspaceId: posted.workspaceId }) };
  const isOwnForm = isSameOrigin(sender, environment.appUrl, false);
  if (!isOwnForm) {
    if (posted.step) return { kind: "cross_site" };
    const { applicationOrigins } = await parity.settings.get();
    const isApplication = readOrigins(applicationOrigins ?? "")?.includes(sender.origin ?? "") ?? false;
    return isApplication
      ? { kind: "repost", fields }
      : { kind: "ask", fields, email: await findEmail(userId) };
  }

  const current = await customerAuth.session(request);
  if (current !== null && current !== userId && posted.step !== "replace")
    return { kind: "confirm", fields, currentPath: await findWorkspacePath(current) };
  const to = posted.workspaceId ? buildWorkspacePath(posted.workspaceId) : await findWorkspacePath(userId);
  if (to === null) return { kind: "no_workspace" };
  return { kind: "signed_in", to, cookie: await customerAuth.startSession(userId) };

  async function findEmail(ownerId: string): Promise<string | null> {
    const [view] = await parity.views([ownerId]);
    return view?.email ?? null;
  }

  async function findWorkspacePath(ownerId: string): Promise<string | null> {
    const [view] = await parity.views([ownerId]);
    const [first] = view?.database.workspaces ?? [];
    return first ? buildWorkspacePath(first.id) : null;
  }
}
