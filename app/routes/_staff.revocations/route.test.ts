import { describe, expect, it, vi } from "vitest";
import { appUrl, refused, routeArgs } from "~/http/testing/request";
import { action } from "./route";

type Asked = { form: Record<string, string>; blocked: string | null; role?: "operator" | "admin" };

function post({ form, blocked, role = "admin" }: Asked) {
  const init = {
    method: "POST",
    headers: { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ userId: "u1", ...form }).toString(),
  };
  const staff = { id: "s1", name: "Ada", email: "ada@example.com", role };
  const { args } = routeArgs("/revocations", init, { staff });
  const syncUser = vi.fn(async () => ({ outcome: "synced" }));
  const views = vi.fn(async () => [{ userId: "u1", name: "Jonas Weber", email: "j@example.com", blocked }]);
  Object.assign(args.context.parity, { views, syncUser });
  return { syncUser, answer: action(args) };
}

describe("confirming a revocation", () => {
  it("takes access when the customer was named", async () => {
    const { syncUser, answer } = post({ form: { typed: "Jonas Weber" }, blocked: "grant_only" });
    await answer;
    expect(syncUser).toHaveBeenCalledWith(
      expect.objectContaining({ userId: "u1", confirmedRevocation: { override: false, reason: "" } }),
    );
  });

  it.each(["", "Jonas", "jonas weber"])("does nothing when another name was typed: %j", async (typed) => {
    const { syncUser, answer } = post({ form: { typed }, blocked: "grant_only" });
    expect(await answer).toMatchObject({ init: { status: 400 } });
    expect(syncUser).not.toHaveBeenCalled();
  });

  it("wants a reason where evidence is missing, and hands it on", async () => {
    const silent = post({ form: { typed: "Jonas Weber", reason: "  " }, blocked: "no_positive_evidence" });
    expect(await silent.answer).toMatchObject({ init: { status: 400 } });
    expect(silent.syncUser).not.toHaveBeenCalled();

    const told = post({
      form: { typed: "Jonas Weber", reason: "Refunded by phone" },
      blocked: "no_positive_evidence",
    });
    await told.answer;
    expect(told.syncUser).toHaveBeenCalledWith(
      expect.objectContaining({ confirmedRevocation: { override: true, reason: "Refunded by phone" } }),
    );
  });

  it("is for admins alone", async () => {
    const { syncUser, answer } = post({
      form: { typed: "Jonas Weber" },
      blocked: "grant_only",
      role: "operator",
    });
    expect((await refused(answer)).status).toBe(403);
    expect(syncUser).not.toHaveBeenCalled();
  });
});
