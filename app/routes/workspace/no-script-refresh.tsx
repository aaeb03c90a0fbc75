import { buildWorkspacePath } from "./workspace-path";

const RELOAD_AFTER_SECONDS = 3;
export const MAX_RELOADS = 3;

type Props = { workspaceId: string; reloads: number; sessionId?: string | null };

/**
 * Reloads a page in browsers without scripts, up to three times. After a payment the page that says that it is being confirmed
 * stays until the last time: the workspace itself would offer the plans again.
 */
export function NoScriptRefresh({ workspaceId, reloads, sessionId = null }: Props) {
  if (reloads >= MAX_RELOADS) return null;
  const next = reloads + 1;
  const workspace = buildWorkspacePath(workspaceId);
  const url =
    sessionId !== null && next < MAX_RELOADS
      ? `${workspace}/welcome?session_id=${sessionId}&reloads=${next}`
      : `${workspace}?reloads=${next}`;
  return (
    <noscript>
      <meta httpEquiv="refresh" content={`${RELOAD_AFTER_SECONDS};url=${url}`} />
    </noscript>
  );
}
