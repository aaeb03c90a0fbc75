import { toPathId } from "~/platform/plain-text";

/** The path of a workspace's page. */
export function buildWorkspacePath(workspaceId: string): string {
  return `/workspace/${toPathId(workspaceId)}`;
}
