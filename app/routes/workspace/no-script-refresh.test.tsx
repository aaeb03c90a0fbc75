import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { NoScriptRefresh } from "./no-script-refresh";

const readTarget = (reloads: number, sessionId: string | null) => {
  const html = renderToStaticMarkup(
    <NoScriptRefresh workspaceId="w 1" reloads={reloads} sessionId={sessionId} />,
  );
  return /url=([^"]*)/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? null;
};

it("without scripts the page after a payment stays until the last of three reloads, and then the workspace is shown", () => {
  expect([0, 1, 2, 3].map((reloads) => readTarget(reloads, "cs_1"))).toEqual([
    "/workspace/w%201/welcome?session_id=cs_1&reloads=1",
    "/workspace/w%201/welcome?session_id=cs_1&reloads=2",
    "/workspace/w%201?reloads=3",
    null,
  ]);
});

it("without scripts a workspace that is being checked is reloaded three times", () => {
  expect([0, 2, 3].map((reloads) => readTarget(reloads, null))).toEqual([
    "/workspace/w%201?reloads=1",
    "/workspace/w%201?reloads=3",
    null,
  ]);
});
