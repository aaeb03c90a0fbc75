import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Staff } from "~/auth/staff.server";
import { route } from "./route.server";
import { appUrl, createRouteArgs, readErrorResponse } from "./testing/request";

const ann: Staff = { id: "s1", name: "Ann", email: "ann@example.com", role: "operator" };
const sameOrigin = { "Sec-Fetch-Site": "same-origin" };
const form = (fields: Record<string, string>) => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers: sameOrigin,
});

describe("staff routes", () => {
  const page = route.loader({ who: "staff", role: "operator" }, ({ staff }) => ({ hello: staff.name }));

  it("hand the member of staff to the handler", async () => {
    const { args } = createRouteArgs("/users", {}, { staff: ann });
    expect(await page(args)).toEqual({ hello: "Ann" });
  });

  it("redirect users that are not signed in to the sign-in page, and back afterwards", async () => {
    const { status, headers } = await readErrorResponse(
      page(createRouteArgs("/users?verdict=in_sync&page=2").args),
    );
    expect(status).toBe(302);
    expect(headers.get("Location")).toBe("/sign-in?next=%2Fusers%3Fverdict%3Din_sync%26page%3D2");
  });

  it("answer an API request without a session with 401", async () => {
    const { status, body } = await readErrorResponse(page(createRouteArgs("/api/users").args));
    expect(status).toBe(401);
    expect(body.error.code).toBe("not_signed_in");
  });

  it.each([
    ["viewer", 403],
    ["operator", null],
    ["admin", null],
  ] as const)("for the role operator answer a %s with %s", async (role, status) => {
    const work = page(createRouteArgs("/users", {}, { staff: { ...ann, role } }).args);
    if (status === null) expect(await work).toEqual({ hello: "Ann" });
    else
      expect(await readErrorResponse(work)).toMatchObject({ status, body: { error: { code: "forbidden" } } });
  });

  describe("with an action", () => {
    const sync = route.action(
      { who: "staff", role: "viewer", form: z.object({ user: z.string().min(3) }) },
      ({ form }) => form,
    );

    it("accept a form from our own page", async () => {
      const { args } = createRouteArgs("/users", form({ user: "u_1" }), { staff: ann });
      expect(await sync(args)).toEqual({ user: "u_1" });
    });

    it.each([
      ["another site", { "Sec-Fetch-Site": "cross-site" }],
      ["another host of the same site", { "Sec-Fetch-Site": "same-site", Origin: appUrl }],
      ["another origin, from a browser without fetch metadata", { Origin: "https://evil.test" }],
      ["an origin that is hidden", { Origin: "null" }],
      ["an origin that only begins like ours", { Origin: `${appUrl}.evil.test` }],
      ["an unknown origin", {}],
    ])("reject one from %s", async (_, headers) => {
      const { args } = createRouteArgs("/users", { ...form({ user: "u_1" }), headers }, { staff: ann });
      expect(await readErrorResponse(sync(args))).toMatchObject({
        status: 403,
        body: { error: { code: "cross_site" } },
      });
    });

    it("accept one with our origin from a browser without fetch metadata", async () => {
      const { args } = createRouteArgs(
        "/users",
        { ...form({ user: "u_1" }), headers: { Origin: appUrl } },
        { staff: ann },
      );
      expect(await sync(args)).toEqual({ user: "u_1" });
    });

    it("name the field that is wrong", async () => {
      const { status, body } = await readErrorResponse(
        sync(createRouteArgs("/users", form({ user: "u" }), { staff: ann }).args),
      );
      expect(status).toBe(400);
      expect(body.error).toMatchObject({ code: "bad_body", problems: [{ at: "user" }] });
    });

    it("do not show the expected input to callers without access", async () => {
      expect(
        (await readErrorResponse(sync(createRouteArgs("/users", form({ user: "u" })).args))).status,
      ).toBe(302);
    });

    it("do not put posted data into the redirect", async () => {
      const { headers } = await readErrorResponse(
        sync(createRouteArgs("/users?index", form({ user: "u_1" })).args),
      );
      expect(headers.get("Location")).toBe("/sign-in?next=%2Fusers");
    });

    it("reject another method and another content type", async () => {
      const put = { method: "PUT", body: "x", headers: sameOrigin };
      expect(
        await readErrorResponse(sync(createRouteArgs("/users", put, { staff: ann }).args)),
      ).toMatchObject({
        status: 405,
      });
      const text = {
        method: "POST",
        body: "user=u_1",
        headers: { ...sameOrigin, "Content-Type": "text/plain" },
      };
      expect(
        await readErrorResponse(sync(createRouteArgs("/users", text, { staff: ann }).args)),
      ).toMatchObject({
        status: 415,
      });
    });
  });
});

describe("cron and metrics routes", () => {
  const cron = route.loader({ who: "cron" }, () => ({ ran: true }));
  const metrics = route.loader({ who: "metrics" }, () => ({ measured: true }));
  const bearer = (secret: string) => ({ headers: { Authorization: `Bearer ${secret}` } });

  it("accept the right secret", async () => {
    expect(await cron(createRouteArgs("/api/cron", bearer("s3cret"), { cronSecret: "s3cret" }).args)).toEqual(
      {
        ran: true,
      },
    );
    expect(
      await metrics(createRouteArgs("/metrics", bearer("t0ken"), { metricsToken: "t0ken" }).args),
    ).toEqual({
      measured: true,
    });
  });

  it("reject a missing or wrong secret, and the secret of the other route", async () => {
    const secrets = { cronSecret: "s3cret", metricsToken: "t0ken" };
    for (const init of [
      {},
      bearer("wrong"),
      bearer("t0ken"),
      { headers: { Authorization: "Basic s3cret" } },
      bearer(""),
    ])
      expect(await readErrorResponse(cron(createRouteArgs("/api/cron", init, secrets).args))).toMatchObject({
        status: 401,
      });
  });

  it("report that they are not configured without a secret, also for an empty token", async () => {
    const { status, body } = await readErrorResponse(cron(createRouteArgs("/api/cron", bearer("")).args));
    expect(status).toBe(503);
    expect(body.error).toMatchObject({
      code: "not_configured",
      message: expect.stringContaining("CRON_SECRET"),
    });
  });

  it("do not require an origin", async () => {
    const run = route.action({ who: "cron" }, () => ({ ran: true }));
    const { args } = createRouteArgs(
      "/api/cron",
      { method: "POST", ...bearer("s3cret") },
      { cronSecret: "s3cret" },
    );
    expect(await run(args)).toEqual({ ran: true });
  });
});

describe("customer routes", () => {
  const sync = route.action(
    { who: "customer", json: z.object({ sessionId: z.string().optional() }) },
    ({ customer, json }) => ({
      user: customer.userId,
      json,
    }),
  );
  const by = (by: "token" | "session") => ({
    customer: { ok: true, customer: { userId: "u1", by } } as const,
  });

  it("accept a token from anywhere, and read an empty body as an empty object", async () => {
    const { args } = createRouteArgs("/api/x", { method: "POST" }, by("token"));
    expect(await sync(args)).toEqual({ user: "u1", json: {} });
  });

  it("accept a cookie only from our own pages", async () => {
    expect(
      await readErrorResponse(sync(createRouteArgs("/api/x", { method: "POST" }, by("session")).args)),
    ).toMatchObject({
      status: 403,
    });
    const { args } = createRouteArgs("/api/x", { method: "POST", headers: sameOrigin }, by("session"));
    expect(await sync(args)).toMatchObject({ user: "u1" });
  });

  it.each([
    ["missing", 401, "no_token"],
    ["invalid", 401, "bad_token"],
    ["unavailable", 503, "unavailable"],
    ["not_configured", 503, "not_configured"],
  ] as const)("answer a token that is %s with %d %s", async (reason, status, code) => {
    const { args } = createRouteArgs("/api/x", { method: "POST" }, { customer: { ok: false, reason } });
    expect(await readErrorResponse(sync(args))).toMatchObject({ status, body: { error: { code } } });
  });

  it("name the problem of a body", async () => {
    const json = (body: string) => ({
      method: "POST",
      body,
      headers: { "Content-Type": "application/json" },
    });
    for (const [body, message] of [
      ["{", "not valid JSON"],
      ['{"sessionId":7}', "sessionId: "],
      ["[]", "expected object"],
    ] as const) {
      const answer = await readErrorResponse(sync(createRouteArgs("/api/x", json(body), by("token")).args));
      expect(answer).toMatchObject({
        status: 400,
        body: { error: { message: expect.stringContaining(message) } },
      });
    }
  });

  it("reject a body that is too large, with or without Content-Length", async () => {
    let pieces = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pieces += 1;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const headers = { "Content-Type": "application/json" };
    const unannounced: RequestInit & { duplex: "half" } = {
      method: "POST",
      body: endless,
      headers,
      duplex: "half",
    };
    expect(
      await readErrorResponse(sync(createRouteArgs("/api/x", unannounced, by("token")).args)),
    ).toMatchObject({
      status: 413,
    });
    // The rest of the body is not read.
    expect(pieces).toBeLessThan(25);
    const announced = { method: "POST", body: "{}", headers: { ...headers, "Content-Length": "9999999" } };
    expect(
      await readErrorResponse(sync(createRouteArgs("/api/x", announced, by("token")).args)),
    ).toMatchObject({
      status: 413,
    });
  });
});
