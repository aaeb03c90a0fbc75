import { buildWorkspacePath } from "./workspace-path";

const RELOAD_AFTER_SECONDS = 3;
export const MAX_RELOADS = 3;

/** Reloads the workspace page in browsers without scripts, up to three times. */
export function NoScriptRefresh({ workspaceId, reloads }: { workspaceId: string; reloads: number }) {
  if (reloads >= MAX_RELOADS) return null;
  return (
    <noscript>
      <meta
        httpEquiv="refresh"
        content={`${RELOAD_AFTER_SECONDS};url=${buildWorkspacePath(workspaceId)}?reloads=${reloads + 1}`}
      />
    </noscript>
  );
}
