import type { Database } from "~/platform/client.server";
import { type Explanation, explain, maskPersonalData } from "./explanation";
import { loadInContext } from "./load-in-context.server";

/** `withPersonalData`: also e-mail addresses and names, which are masked otherwise. */
export type ExplainOptions = { withPersonalData: boolean };

/** Explains the evaluation of one user, from what is stored; reads nothing from Stripe. Null when there is no such user. */
export async function explainUser(
  db: Database,
  userId: string,
  { withPersonalData }: ExplainOptions,
): Promise<Explanation | null> {
  const { context, snapshots } = await loadInContext(db, [userId]);
  const [loaded] = snapshots;
  if (!loaded) return null;
  const { stored: _stored, ...snapshot } = loaded;
  const shown = withPersonalData ? snapshot : maskPersonalData(snapshot);
  return explain(shown, context.rules, context.settings.writeMode);
}
