import { expect, it } from "vitest";
import { createProviderGate } from "./provider-gate.server";

function openGate() {
  const state = { asked: 0, isKnown: false, nowMs: 1_000_000 };
  const pass = createProviderGate({ isKnown: async () => state.isKnown, now: () => state.nowMs });
  const send = () =>
    pass(async () => {
      state.asked += 1;
      return new Response(null, { status: state.isKnown ? 200 : 404 });
    });
  return { state, send };
}

it("a provider that does not answer is asked once, however many people want to sign in, and again after a while", async () => {
  const { state, send } = openGate();
  const answers = await Promise.all(Array.from({ length: 50 }, send));
  expect(state.asked).toBe(1);
  expect(answers.filter((answer) => answer === null)).toHaveLength(49);
  state.nowMs += 14_000;
  expect(await send()).toBeNull();
  state.nowMs += 2_000;
  state.isKnown = true;
  expect((await send())?.status).toBe(200);
  expect(state.asked).toBe(2);
});

it("once it is known no one waits for another", async () => {
  const { state, send } = openGate();
  state.isKnown = true;
  await send();
  await Promise.all(Array.from({ length: 50 }, send));
  expect(state.asked).toBe(51);
});

it("an error ends the turn of one request alone", async () => {
  const pass = createProviderGate({ isKnown: async () => true, now: Date.now });
  await expect(pass(() => Promise.reject(new Error("down")))).rejects.toThrow("down");
  expect((await pass(async () => new Response()))?.status).toBe(200);
});
