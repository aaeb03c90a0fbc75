/** The address of a workspace's page. */
export function workspacePath(workspaceId: string): string {
  return `/workspace/${encodeURIComponent(workspaceId)}`;
}
