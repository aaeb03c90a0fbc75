import { workspacePath } from "./workspace-path";

const SECONDS = 3;
const MOST = 3;

/** For browsers without scripts: looks again by itself, three times. */
export function Refresh({ workspaceId, looked }: { workspaceId: string; looked: number }) {
  if (looked >= MOST) return null;
  return (
    <noscript>
      <meta
        httpEquiv="refresh"
        content={`${SECONDS};url=${workspacePath(workspaceId)}?looked=${looked + 1}`}
      />
    </noscript>
  );
}
