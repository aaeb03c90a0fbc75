import { describe, expect, it, vi } from "vitest";
import { appUrl, createRouteArgs, readErrorResponse } from "~/http/testing/request";
import { action } from "./route";

function post(form: Record<string, string>, role: "operator" | "admin" = "admin") {
  const init = {
    method: "POST",
    headers: { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  };
  const staff = { id: "s1", name: "Ada", email: "ada@example.com", role };
  const { args } = createRouteArgs("/plans", init, { staff });
  const made = { ok: true, sentence: "Mapped.", lines: ["1 user gets access."] };
  const decisions = { preview: vi.fn(async () => made), decide: vi.fn(async () => made) };
  Object.assign(args.context.parity, { decisions });
  return { decisions, answer: action(args) };
}

const map = { kind: "map_price", nameKind: "priceId", name: "price_1", planId: "army" };

describe("a decision about a price", () => {
  it("is previewed without being made, and made with the reason", async () => {
    const shown = post({ ...map, intent: "preview" });
    expect(await shown.answer).toEqual({ ok: true, sentence: "Mapped.", lines: ["1 user gets access."] });
    expect(shown.decisions.decide).not.toHaveBeenCalled();
    const saved = post({ ...map, intent: "save", reason: "sold since May" });
    await saved.answer;
    expect(saved.decisions.decide).toHaveBeenCalledWith({
      kind: "map_price",
      input: { priceId: "price_1", planId: "army" },
      reason: "sold since May",
      by: { actor: { kind: "staff", id: "s1" }, role: "admin" },
    });
  });

  it("is an admin's", async () => {
    const { decisions, answer } = post({ ...map, intent: "save", reason: "x" }, "operator");
    expect((await readErrorResponse(answer)).status).toBe(403);
    expect(decisions.decide).not.toHaveBeenCalled();
  });
});
