import { describe, expect, it, vi } from "vitest";
import type { RunPage } from "~/dashboard/run-pages.server";
import { appUrl, createRouteArgs, readErrorResponse } from "~/http/testing/request";
import { action } from "./route";

const staff = (role: "viewer" | "operator") => ({ id: "s1", name: "Ada", email: "ada@example.com", role });

function buildPreview(users: number): RunPage {
  return {
    run: {
      id: "preview",
      by: "Ada (staff)",
      mode: "preview",
      scope: "full",
      state: "done",
      phase: "finished",
      total: users,
      observed: 0,
      synced: 0,
      skipped: 0,
      review: 0,
      failed: 0,
      notChecked: 0,
      stripeRequests: 0,
      reason: null,
      previewRunId: null,
      createdAt: 0,
      finishedAt: 1,
      evaluatedFrom: 0,
      leaseLeft: null,
    },
    groups: [
      { key: "k", verdict: "locked_out", outcome: "intended", reason: null, users, sentence: "" },
      { key: "r", verdict: "unknown_status", outcome: "review", reason: null, users: 5, sentence: "" },
    ],
    users: [],
    next: null,
  };
}

function post(form: Record<string, string>, page: RunPage, role: "viewer" | "operator" = "operator") {
  const init = {
    method: "POST",
    params: { runId: "preview" },
    headers: { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  };
  const { args } = createRouteArgs("/runs/preview", init, { staff: staff(role) });
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
    const { runs, answer } = post({ intent: "apply" }, buildPreview(100));
    const response = await answer;
    expect(response).toBeInstanceOf(Response);
    expect(response instanceof Response && response.headers.get("Location")).toBe("/runs/applied");
    expect(runs.apply).toHaveBeenCalledWith({ actor: { kind: "staff", id: "s1" }, previewRunId: "preview" });
    expect(runs.drive).toHaveBeenCalledWith("applied");
  });

  it.each(["", "100", "1010"])(
    "requires the typed number above 100, also if the page did not check it: %j",
    async (typed) => {
      const { runs, answer } = post({ intent: "apply", typed }, buildPreview(101));
      expect(await answer).toMatchObject({
        data: { problem: "Type 101 to confirm." },
        init: { status: 400 },
      });
      expect(runs.apply).not.toHaveBeenCalled();
    },
  );

  it.each(["1204", "1,204", " 1 204 "])("accepts the number with separators: %j", async (typed) => {
    const { runs, answer } = post({ intent: "apply", typed }, buildPreview(1204));
    await answer;
    expect(runs.apply).toHaveBeenCalledOnce();
  });

  it("rejects a preview without repairs, and a run that is not a preview", async () => {
    const empty = post({ intent: "apply" }, buildPreview(0));
    expect(await empty.answer).toMatchObject({ init: { status: 409 } });
    const page = buildPreview(3);
    const applied = post({ intent: "apply" }, { ...page, run: { ...page.run, mode: "apply" } });
    expect(await applied.answer).toMatchObject({ init: { status: 409 } });
    expect(applied.runs.apply).not.toHaveBeenCalled();
  });

  it("is not allowed for viewers, and neither is canceling", async () => {
    for (const intent of ["apply", "cancel"]) {
      const { runs, answer } = post({ intent }, buildPreview(3), "viewer");
      expect((await readErrorResponse(answer)).status).toBe(403);
      expect(runs.apply).not.toHaveBeenCalled();
      expect(runs.cancel).not.toHaveBeenCalled();
    }
  });

  it("cancels the run", async () => {
    const { runs, answer } = post({ intent: "cancel" }, buildPreview(3));
    await answer;
    expect(runs.cancel).toHaveBeenCalledWith("preview");
  });
});
