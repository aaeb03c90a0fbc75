import { describe, expect, it } from "vitest";
import { createCustomerAuth } from "~/auth/customer.server";
import { createMemorySessions } from "~/auth/testing/memory-sessions";
import { appUrl, createRouteArgs, readErrorResponse } from "~/http/testing/request";
import type { CustomerTokens } from "~/platform/env.server";
import { action as leave } from "../workspace.leave";
import { action } from "./route";

const tokens: CustomerTokens = { kind: "secret", secret: "s".repeat(40), audience: "parity", maxHours: 24 };
const endedSessions = createMemorySessions();
let applicationOrigins: string | null = null;
const authWith = (customerTokens: CustomerTokens | null) =>
  createCustomerAuth({
    environment: { mode: "demo", appSecret: "a".repeat(64), appUrl, customerTokens },
    endedSessions,
    now: Date.now,
  });
const customerAuth = authWith(tokens);
const createToken = async (userId: string) => (await customerAuth.demoToken?.(userId)) ?? "";

const here = { "Sec-Fetch-Site": "same-origin" };
const elsewhere = { "Sec-Fetch-Site": "cross-site", Origin: "https://app.example" };

type Posted = { fields: Record<string, string>; from?: Record<string, string>; cookie?: string };

function args({ fields, from = here, cookie }: Posted, auth = customerAuth) {
  const headers = { ...from, ...(cookie && { Cookie: cookie }) };
  const init = { method: "POST", headers, body: new URLSearchParams(fields) };
  const made = createRouteArgs("/workspace/session", init).args;
  const views = async ([userId]: string[]) =>
    userId === "homeless"
      ? [{ email: "h@example.com", database: { workspaces: [] } }]
      : [{ email: `${userId}@example.com`, database: { workspaces: [{ id: `${userId}_w1` }] } }];
  const settings = { get: async () => ({ applicationOrigins }) };
  Object.assign(made.context, { customerAuth: auth, parity: { views, settings } });
  return made;
}

/** The result of the handover: the redirect and the session, or what the page shows. */
async function post(posted: Posted) {
  const answer = await action(args(posted));
  if (!(answer instanceof Response))
    return { shown: answer.data, status: answer.init?.status ?? 200, cookie: null };
  const cookie = answer.headers.get("Set-Cookie")?.split(";")[0] ?? "";
  return { status: answer.status, to: answer.headers.get("Location"), cookie };
}
const readSession = (cookie: string | null) =>
  customerAuth.session(new Request(appUrl, { headers: { Cookie: cookie ?? "" } }));
const startSession = async (userId: string) => (await customerAuth.startSession(userId)).split(";")[0] ?? "";

describe("the handover", () => {
  it("exchanges a token for a session and redirects to the requested workspace", async () => {
    const answer = await post({ fields: { token: await createToken("ada"), workspaceId: "a/b" } });
    expect(answer).toMatchObject({ status: 303, to: "/workspace/a%2Fb" });
    expect(await readSession(answer.cookie)).toBe("ada");
  });

  it("redirects to the customer's first workspace if none was requested, and says so if there is none", async () => {
    expect(await post({ fields: { token: await createToken("ada") } })).toMatchObject({
      to: "/workspace/ada_w1",
    });
    expect(await post({ fields: { token: await createToken("homeless") } })).toMatchObject({
      status: 404,
      shown: { kind: "no_workspace" },
    });
  });

  it("does not sign in from a form of another site, because the browser hides the current session: the application's is posted again", async () => {
    applicationOrigins = "https://app.example, https://www.app.example";
    const token = await createToken("eve");
    expect(await post({ fields: { token, workspaceId: "w" }, from: elsewhere })).toEqual({
      status: 200,
      cookie: null,
      shown: { kind: "repost", fields: { token, workspaceId: "w" } },
    });
  });

  it.each([
    [
      "another origin",
      "https://app.example",
      { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.test" },
    ],
    [
      "a part of its name",
      "https://app.example",
      { "Sec-Fetch-Site": "cross-site", Origin: "https://app.exampl" },
    ],
    ["a page without an origin", "https://app.example", { "Sec-Fetch-Site": "cross-site", Origin: "null" }],
    ["another host of the same site", "https://app.example", { "Sec-Fetch-Site": "same-site" }],
    ["no browser", "https://app.example", {} as Record<string, string>],
    ["any site, without the setting", null, elsewhere],
  ])("S9: asks the customer first when the post comes from %s", async (_, origins, from) => {
    applicationOrigins = origins;
    const token = await createToken("eve");
    expect(await post({ fields: { token }, from })).toEqual({
      status: 200,
      cookie: null,
      shown: { kind: "ask", fields: { token }, email: "eve@example.com" },
    });
  });

  it("rejects another site that claims to be our page", async () => {
    const token = await createToken("eve");
    for (const step of ["here", "replace"]) {
      const errorResponse = await readErrorResponse(
        action(args({ fields: { token, step }, from: elsewhere })),
      );
      expect(errorResponse.status).toBe(403);
    }
  });

  it("asks before it replaces another customer's session, and renews the customer's own", async () => {
    const cookie = await startSession("ada");
    const token = await createToken("bob");
    expect(await post({ fields: { token, step: "here" }, cookie })).toEqual({
      status: 200,
      cookie: null,
      shown: { kind: "confirm", fields: { token }, currentPath: "/workspace/ada_w1" },
    });
    const yes = await post({ fields: { token, step: "replace" }, cookie });
    expect(yes).toMatchObject({ status: 303, to: "/workspace/bob_w1" });
    expect(await readSession(yes.cookie)).toBe("bob");
    expect(await post({ fields: { token: await createToken("ada"), step: "here" }, cookie })).toMatchObject({
      status: 303,
    });
  });

  it("explains an expired or forged token, and never repeats the token", async () => {
    for (const token of ["nonsense", `${await createToken("ada")}x`])
      expect(await post({ fields: { token } })).toEqual({
        status: 401,
        cookie: null,
        shown: { kind: "expired" },
      });
    expect((await readErrorResponse(action(args({ fields: {} })))).status).toBe(400);
  });

  it("answers 503 with the reason if customer tokens are not configured", async () => {
    const posted = { fields: { token: await createToken("ada") } };
    const answer = await readErrorResponse(action(args(posted, authWith(null))));
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "not_configured" } } });
    expect(answer.body.error.message).toContain("WORKSPACE_JWT_SECRET");
  });
});

describe("signing out a customer", () => {
  it("ends the session in this browser, only for our own pages", async () => {
    const cookie = await startSession("ada");
    const answer = await leave(args({ fields: {}, cookie }));
    // Also where the cookie was copied to.
    expect(await readSession(cookie)).toBeNull();
    expect(answer.headers.get("Set-Cookie")).toContain("Max-Age=0");
    expect((await readErrorResponse(leave(args({ fields: {}, from: elsewhere })))).status).toBe(403);
  });
});
