import { describe, expect, it, vi } from "vitest";
import { readPost, SIGNED_OUT, sendPost, UNREACHABLE } from "./post-store";

const answerWith = (response: () => Response) => vi.stubGlobal("fetch", async () => response());

describe("what is posted from a page that stays", () => {
  it("keeps the answer under its key, also one that is a refusal", async () => {
    answerWith(() => Response.json({ outcome: "synced" }));
    expect(await sendPost("a", "/users/a/sync", { intent: "sync" })).toBe(true);
    answerWith(() => Response.json({ intent: "decide", answer: { ok: false } }, { status: 409 }));
    expect(await sendPost("b", "/decisions", {})).toBe(true);
    expect(readPost("a")).toEqual({
      ...{ isBusy: false, answer: { outcome: "synced" }, failure: null },
      asked: { intent: "sync" },
    });
    expect(readPost("b").answer).toEqual({ intent: "decide", answer: { ok: false } });
  });

  it.each<[string, () => Response, string]>([
    ["no connection", () => Response.error(), UNREACHABLE],
    [
      "an error of ours",
      () => Response.json({ error: { code: "internal", message: "It was logged." } }, { status: 500 }),
      "It was logged.",
    ],
    ["a page of a proxy", () => new Response("<h1>502</h1>", { status: 502 }), UNREACHABLE],
    [
      "the sign-in page",
      () => Object.defineProperty(new Response("<html>"), "redirected", { value: true }),
      SIGNED_OUT,
    ],
  ])("says why there is no answer, and keeps the one before: %s", async (name, response, failure) => {
    answerWith(() => Response.json({ outcome: "in_sync" }));
    await sendPost(name, "/users/a/sync", {});
    answerWith(response);
    expect(await sendPost(name, "/users/a/sync", {})).toBe(false);
    expect(readPost(name)).toEqual({
      ...{ isBusy: false, answer: { outcome: "in_sync" }, failure },
      asked: {},
    });
  });
});
