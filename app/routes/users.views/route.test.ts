import { expect, it, vi } from "vitest";
import { appUrl, createRouteArgs } from "~/http/testing/request";
import { action } from "./route";

it("says in a sentence that no more views can be kept, and what to do", async () => {
  const { args } = createRouteArgs(
    "/users/views",
    {
      method: "POST",
      headers: { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ intent: "save", name: "View 31", search: "verdict=locked_out" }).toString(),
    },
    { staff: { id: "s1", name: "Ada", email: "ada@example.com", role: "viewer" } },
  );
  const save = vi.fn(async () => ({ ok: false, reason: "too_many" }));
  Object.assign(args.context.parity, { savedViews: { save } });
  expect(await action(args)).toMatchObject({
    data: { problem: expect.stringMatching(/30 views.*Delete one first/) },
    init: { status: 409 },
  });
});
