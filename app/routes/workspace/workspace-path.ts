/** The path of a workspace's page. */
export function buildWorkspacePath(workspaceId: string): string {
  return `/workspace/${encodeURIComponent(workspaceId)}`;
}
