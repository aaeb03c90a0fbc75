import { describe, expect, it } from "vitest";
import { createCustomerAuth } from "~/auth/customer.server";
import { appUrl, refused, routeArgs } from "~/http/testing/request";
import type { CustomerTokens } from "~/platform/env.server";
import { action as leave } from "../workspace.leave";
import { action } from "./route";

const tokens: CustomerTokens = { kind: "secret", secret: "s".repeat(40), audience: "parity" };
const authWith = (customerTokens: CustomerTokens | null) =>
  createCustomerAuth({
    environment: { mode: "demo", appSecret: "a".repeat(64), appUrl, customerTokens },
    now: Date.now,
  });
const customerAuth = authWith(tokens);
const tokenOf = async (userId: string) => (await customerAuth.demoToken?.(userId)) ?? "";

const here = { "Sec-Fetch-Site": "same-origin" };
const elsewhere = { "Sec-Fetch-Site": "cross-site", Origin: "https://app.example" };

type Posted = { fields: Record<string, string>; from?: Record<string, string>; cookie?: string };

function args({ fields, from = here, cookie }: Posted, auth = customerAuth) {
  const headers = { ...from, ...(cookie && { Cookie: cookie }) };
  const init = { method: "POST", headers, body: new URLSearchParams(fields) };
  const made = routeArgs("/workspace/session", init).args;
  const views = async ([userId]: string[]) =>
    userId === "homeless"
      ? [{ database: { workspaces: [] } }]
      : [{ database: { workspaces: [{ id: `${userId}_w1` }] } }];
  Object.assign(made.context, { customerAuth: auth, parity: { views } });
  return made;
}

/** What the hand-over came to: where it leads and who is signed in, or what the page shows. */
async function post(posted: Posted) {
  const answer = await action(args(posted));
  if (!(answer instanceof Response))
    return { shown: answer.data, status: answer.init?.status ?? 200, cookie: null };
  const cookie = answer.headers.get("Set-Cookie")?.split(";")[0] ?? "";
  return { status: answer.status, to: answer.headers.get("Location"), cookie };
}
const whoIs = (cookie: string | null) =>
  customerAuth.session(new Request(appUrl, { headers: { Cookie: cookie ?? "" } }));
const sessionOf = async (userId: string) => (await customerAuth.startSession(userId)).split(";")[0] ?? "";

describe("the hand-over", () => {
  it("exchanges a token for a session, and leads to the workspace that was asked for", async () => {
    const answer = await post({ fields: { token: await tokenOf("ada"), workspaceId: "a/b" } });
    expect(answer).toMatchObject({ status: 303, to: "/workspace/a%2Fb" });
    expect(await whoIs(answer.cookie)).toBe("ada");
  });

  it("leads to the customer's own workspace when none was named, and says so when there is none", async () => {
    expect(await post({ fields: { token: await tokenOf("ada") } })).toMatchObject({
      to: "/workspace/ada_w1",
    });
    expect(await post({ fields: { token: await tokenOf("homeless") } })).toMatchObject({
      status: 404,
      shown: { kind: "no_workspace" },
    });
  });

  it("acts on no form of another site, for which the browser hides who is signed in: it is passed on", async () => {
    const token = await tokenOf("eve");
    expect(await post({ fields: { token, workspaceId: "w" }, from: elsewhere })).toEqual({
      status: 200,
      cookie: null,
      shown: { kind: "pass_on", fields: { token, workspaceId: "w" } },
    });
    // Also without the headers of a browser, and from another host of the same company.
    const senders: Record<string, string>[] = [{}, { "Sec-Fetch-Site": "same-site" }];
    for (const from of senders)
      expect(await post({ fields: { token }, from })).toMatchObject({ shown: { kind: "pass_on" } });
  });

  it("lets no other site claim to be that page", async () => {
    const token = await tokenOf("eve");
    for (const step of ["here", "replace"]) {
      const refusal = await refused(action(args({ fields: { token, step }, from: elsewhere })));
      expect(refusal.status).toBe(403);
    }
  });

  it("asks before it replaces somebody else's session, and renews one's own", async () => {
    const cookie = await sessionOf("ada");
    const token = await tokenOf("bob");
    expect(await post({ fields: { token, step: "here" }, cookie })).toEqual({
      status: 200,
      cookie: null,
      shown: { kind: "ask", fields: { token }, stay: "/workspace/ada_w1" },
    });
    const yes = await post({ fields: { token, step: "replace" }, cookie });
    expect(yes).toMatchObject({ status: 303, to: "/workspace/bob_w1" });
    expect(await whoIs(yes.cookie)).toBe("bob");
    expect(await post({ fields: { token: await tokenOf("ada"), step: "here" }, cookie })).toMatchObject({
      status: 303,
    });
  });

  it("says what to do about a token that is over or forged, and never repeats it", async () => {
    for (const token of ["nonsense", `${await tokenOf("ada")}x`])
      expect(await post({ fields: { token } })).toEqual({
        status: 401,
        cookie: null,
        shown: { kind: "expired" },
      });
    expect((await refused(action(args({ fields: {} })))).status).toBe(400);
  });

  it("is a 503 with the reason where customer tokens are not set up", async () => {
    const posted = { fields: { token: await tokenOf("ada") } };
    const answer = await refused(action(args(posted, authWith(null))));
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "not_configured" } } });
    expect(answer.body.error.message).toContain("WORKSPACE_JWT_SECRET");
  });
});

describe("leaving", () => {
  it("ends the session in this browser, asked by a page of ours only", async () => {
    const answer = await leave(args({ fields: {}, cookie: await sessionOf("ada") }));
    expect(answer.headers.get("Set-Cookie")).toContain("Max-Age=0");
    expect((await refused(leave(args({ fields: {}, from: elsewhere })))).status).toBe(403);
  });
});
