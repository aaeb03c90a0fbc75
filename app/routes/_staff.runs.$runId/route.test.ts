import { describe, expect, it, vi } from "vitest";
import type { RunPage } from "~/dashboard/run-pages.server";
import { buildPreviewPage } from "~/dashboard/testing/build-run";
import { appUrl, createRouteArgs, readErrorResponse } from "~/http/testing/request";
import { action } from "./route";

const staff = (role: "viewer" | "operator") => ({ id: "s1", name: "Ada", email: "ada@example.com", role });

function post(
  form: Record<string, string>,
  page: RunPage,
  { role = "operator", query = "" }: { role?: "viewer" | "operator"; query?: string } = {},
) {
  const init = {
    method: "POST",
    params: { runId: "preview" },
    headers: { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  };
  const { args } = createRouteArgs(`/runs/preview${query}`, init, { staff: staff(role) });
  const runs = {
    page: vi.fn(async () => page),
    apply: vi.fn(async () => ({ run: { ...page.run, id: "applied" }, joined: false })),
    drive: vi.fn(),
    cancel: vi.fn(async () => undefined),
  };
  Object.assign(args.context.parity, { runs });
  return { runs, answer: action(args) };
}

describe("applying a preview", () => {
  it("starts the previewed run and redirects to it", async () => {
    const { runs, answer } = post({ intent: "apply" }, buildPreviewPage({ users: 100 }));
    const response = await answer;
    expect(response).toBeInstanceOf(Response);
    expect(response instanceof Response && response.headers.get("Location")).toBe("/runs/applied");
    expect(runs.apply).toHaveBeenCalledWith({
      actor: { kind: "staff", id: "s1" },
      previewRunId: "preview",
      leftOut: { groups: [], userIds: [] },
      name: null,
      typedReason: null,
    });
    expect(runs.drive).toHaveBeenCalledWith("applied");
  });

  it.each(["", "100", "1010"])(
    "requires the typed number above 100, also if the page did not check it: %j",
    async (typed) => {
      const { runs, answer } = post({ intent: "apply", typed }, buildPreviewPage({ users: 101 }));
      expect(await answer).toMatchObject({
        data: { problem: "Type 101 to confirm." },
        init: { status: 400 },
      });
      expect(runs.apply).not.toHaveBeenCalled();
    },
  );

  it.each(["1204", "1,204", " 1 204 "])("accepts the number with separators: %j", async (typed) => {
    const { runs, answer } = post({ intent: "apply", typed }, buildPreviewPage({ users: 1204 }));
    await answer;
    expect(runs.apply).toHaveBeenCalledOnce();
  });

  it("requires the number of users that lose access, however few, and a reason", async () => {
    const page = buildPreviewPage({ users: 4, revocations: 1 });
    const form = { intent: "apply", typed: "1", reason: "Their cards were refunded" };
    for (const [wrong, problem] of [
      [{ typed: "4" }, "Type 1 to confirm."],
      [{ typed: "" }, "Type 1 to confirm."],
      [{ reason: " " }, "Give a reason: users lose access."],
    ] as const) {
      const { runs, answer } = post({ ...form, ...wrong }, page);
      expect(await answer).toMatchObject({ data: { problem }, init: { status: 400 } });
      expect(runs.apply).not.toHaveBeenCalled();
    }
    const { runs, answer } = post({ ...form, name: "Refunds" }, page, {
      query: "?without=a&without=b&user=u1",
    });
    await answer;
    const leftOut = { groups: ["a", "b"], userIds: ["u1"] };
    expect(runs.page).toHaveBeenCalledWith({ runId: "preview", limit: 1, leftOut });
    expect(runs.apply).toHaveBeenCalledWith({
      actor: { kind: "staff", id: "s1" },
      previewRunId: "preview",
      leftOut,
      name: "Refunds",
      typedReason: "Their cards were refunded",
    });
  });

  it("rejects a preview without repairs, and a run that is not a preview", async () => {
    const empty = post({ intent: "apply" }, buildPreviewPage({ users: 0 }));
    expect(await empty.answer).toMatchObject({ init: { status: 409 } });
    const page = buildPreviewPage({ users: 3 });
    const applied = post({ intent: "apply" }, { ...page, plan: null });
    expect(await applied.answer).toMatchObject({ init: { status: 409 } });
    expect(applied.runs.apply).not.toHaveBeenCalled();
  });

  it("is not allowed for viewers, and neither is canceling", async () => {
    for (const intent of ["apply", "cancel"]) {
      const { runs, answer } = post({ intent }, buildPreviewPage({ users: 3 }), { role: "viewer" });
      expect((await readErrorResponse(answer)).status).toBe(403);
      expect(runs.apply).not.toHaveBeenCalled();
      expect(runs.cancel).not.toHaveBeenCalled();
    }
  });

  it("cancels the run", async () => {
    const { runs, answer } = post({ intent: "cancel" }, buildPreviewPage({ users: 3 }));
    await answer;
    expect(runs.cancel).toHaveBeenCalledWith("preview", "s1");
  });
});
