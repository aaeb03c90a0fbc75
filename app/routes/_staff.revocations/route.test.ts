import { describe, expect, it, vi } from "vitest";
import { appUrl, createRouteArgs, readErrorResponse } from "~/http/testing/request";
import { action } from "./route";

type PostOptions = {
  form: Record<string, string>;
  blocked: string | null;
  role?: "operator" | "admin";
  /** Why the approval without an override is blocked, after Stripe was read. */
  afterRead?: string | null;
};

function post({ form, blocked, role = "admin", afterRead = null }: PostOptions) {
  const init = {
    method: "POST",
    headers: { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ userId: "u1", ...form }).toString(),
  };
  const staff = { id: "s1", name: "Ada", email: "ada@example.com", role };
  const { args } = createRouteArgs("/revocations", init, { staff });
  const syncUser = vi.fn(async ({ approval }: { approval: { override: boolean } }) =>
    afterRead === null || approval.override
      ? { outcome: "synced", blocked: null, message: "Synced." }
      : { outcome: "blocked", blocked: afterRead, message: "Access not revoked." },
  );
  const views = vi.fn(async () => [{ userId: "u1", name: "Jonas Weber", email: "j@example.com", blocked }]);
  Object.assign(args.context.parity, { views, syncUser });
  return { syncUser, answer: action(args) };
}

describe("approving a revocation", () => {
  it("revokes access if the typed name matches", async () => {
    const form = { typed: "Jonas Weber", reason: "Left us" };
    const { syncUser, answer } = post({ form, blocked: "grant_only" });
    await answer;
    expect(syncUser).toHaveBeenCalledWith(
      expect.objectContaining({ userId: "u1", approval: { override: false, reason: "Left us" } }),
    );
  });

  it("does not mind capitals in the typed name", async () => {
    const form = { typed: " jonas WEBER", reason: "Left us" };
    const { syncUser, answer } = post({ form, blocked: "grant_only" });
    await answer;
    expect(syncUser).toHaveBeenCalledOnce();
  });

  it.each(["", "Jonas", "jonas weber jr"])(
    "does nothing if the typed name does not match: %j",
    async (typed) => {
      const { syncUser, answer } = post({ form: { typed }, blocked: "grant_only" });
      expect(await answer).toMatchObject({ init: { status: 400 } });
      expect(syncUser).not.toHaveBeenCalled();
    },
  );

  it.each(["grant_only", "no_positive_evidence"])("requires a reason (%s)", async (blocked) => {
    const withoutReason = post({ form: { typed: "Jonas Weber", reason: "  " }, blocked });
    expect(await withoutReason.answer).toMatchObject({ init: { status: 400 } });
    expect(withoutReason.syncUser).not.toHaveBeenCalled();
  });

  it("passes the reason on where evidence is missing, and the dialog said so", async () => {
    const withReason = post({
      form: { typed: "Jonas Weber", reason: "Refunded by phone", override: "1" },
      blocked: "no_positive_evidence",
      afterRead: "no_positive_evidence",
    });
    await withReason.answer;
    expect(withReason.syncUser).toHaveBeenCalledWith(
      expect.objectContaining({ approval: { override: true, reason: "Refunded by phone" } }),
    );
  });

  it("case S24: in grant_only evidence that is found missing when Stripe is read is overridden once that was said", async () => {
    const typed = { typed: "Jonas Weber", reason: "Refunded by phone" };
    const form = { ...typed, override: "1" };
    const { syncUser, answer } = post({ form, blocked: "grant_only", afterRead: "no_positive_evidence" });
    expect(await answer).toMatchObject({ result: { outcome: "synced" } });
    expect(syncUser.mock.calls.map(([{ approval }]) => approval)).toEqual([
      { override: false, reason: "Refunded by phone" },
      { override: true, reason: "Refunded by phone" },
    ]);
    const without = post({ form: typed, blocked: "grant_only", afterRead: "no_positive_evidence" });
    expect(await without.answer).toMatchObject({ data: { lacksEvidence: true }, init: { status: 400 } });
    expect(without.syncUser).toHaveBeenCalledTimes(1);
    const proven = post({ form, blocked: "grant_only" });
    await proven.answer;
    expect(proven.syncUser).toHaveBeenCalledTimes(1);
  });

  it("is only for admins", async () => {
    const { syncUser, answer } = post({
      form: { typed: "Jonas Weber" },
      blocked: "grant_only",
      role: "operator",
    });
    expect((await readErrorResponse(answer)).status).toBe(403);
    expect(syncUser).not.toHaveBeenCalled();
  });
});
