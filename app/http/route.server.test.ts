import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readRouteAccess, route } from "./route.server";
import { createRouteArgs, readErrorResponse } from "./testing/request";

const sameOrigin = { "Sec-Fetch-Site": "same-origin" };
const form = (fields: Record<string, string>) => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers: sameOrigin,
});

describe("parameters and search", () => {
  const user = route.loader(
    {
      who: "public",
      because: "a test",
      params: z.object({ id: z.string().regex(/^u_/) }),
      search: z.object({ page: z.coerce.number().int().default(1), flag: z.array(z.string()).optional() }),
    },
    ({ params, search }) => ({ params, search }),
  );

  it("are parsed, repeated ones as lists", async () => {
    const { args } = createRouteArgs("/u?page=3&flag=a&flag=b&other=x", { params: { id: "u_1" } });
    expect(await user(args)).toEqual({ params: { id: "u_1" }, search: { page: 3, flag: ["a", "b"] } });
  });

  it("are answered with a 400 that names the problem when they are not valid", async () => {
    const bad = await readErrorResponse(
      user(createRouteArgs("/u?page=many", { params: { id: "u_1" } }).args),
    );
    expect(bad).toMatchObject({
      status: 400,
      body: { error: { code: "bad_search", problems: [{ at: "page" }] } },
    });
    expect(await readErrorResponse(user(createRouteArgs("/u", { params: { id: "x" } }).args))).toMatchObject({
      status: 400,
    });
  });
});

describe("public routes", () => {
  const open = route.action({ who: "public", because: "a test", form: z.object({}) }, () => ({ ok: true }));

  it("reject posts from other sites", async () => {
    const { args } = createRouteArgs("/x", { ...form({}), headers: { "Sec-Fetch-Site": "cross-site" } });
    expect(await readErrorResponse(open(args))).toMatchObject({ status: 403 });
  });

  it("accept them where the route allows it", async () => {
    const handOver = route.action(
      { who: "public", because: "a test", anyOrigin: true, form: z.object({}) },
      () => ({ ok: true }),
    );
    const { args } = createRouteArgs("/x", { ...form({}), headers: { "Sec-Fetch-Site": "cross-site" } });
    expect(await handOver(args)).toEqual({ ok: true });
  });

  it("can get the raw bytes", async () => {
    const webhook = route.action({ who: "stripe", raw: true }, ({ body }) => new TextDecoder().decode(body));
    const { args } = createRouteArgs("/x", { method: "POST", body: '{ "a":  1 }' });
    expect(await webhook(args)).toBe('{ "a":  1 }');
  });

  it("can get a conform submission, whose errors the handler shows", async () => {
    const submit = route.action(
      { who: "public", because: "a test", submission: z.object({ email: z.email() }) },
      ({ submission }) => submission.reply(),
    );
    expect(await submit(createRouteArgs("/x", form({ email: "missing" })).args)).toMatchObject({
      status: "error",
      error: { email: [expect.any(String)] },
    });
  });
});

describe("when a handler throws", () => {
  const failing = (thrown: unknown) =>
    route.loader({ who: "public", because: "a test" }, () => {
      throw thrown;
    });

  it("an error is logged with its stack and answered without it", async () => {
    const { args, lines } = createRouteArgs("/x");
    const { status, body } = await readErrorResponse(
      failing(new Error("secret detail sk_live_abc123"))(args),
    );
    expect(status).toBe(500);
    expect(body).toEqual({ error: { code: "internal", message: expect.any(String), requestId: "req-1" } });
    expect(lines.join("")).toContain("secret detail sk_live_[redacted]");
    expect(lines.join("")).toContain("route.server.test");
  });

  it.each([
    Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
    Object.assign(new Error("closing"), { cause: { originalCode: "57P01" } }),
    Object.assign(new Error("pool"), { code: "P2024" }),
    new Error("session", {
      cause: new AggregateError([Object.assign(new Error("x"), { code: "ECONNREFUSED" })]),
    }),
    Object.assign(new Error("prisma"), {
      meta: { driverAdapterError: { cause: { kind: "DatabaseNotReachable" } } },
    }),
  ])("an unavailable database is answered with 503 and Retry-After: %s", async (thrown) => {
    const { status, headers, body } = await readErrorResponse(failing(thrown)(createRouteArgs("/x").args));
    expect(status).toBe(503);
    expect(headers.get("Retry-After")).toBe("5");
    expect(body.error.code).toBe("unavailable");
    expect(body.error.message).toContain("Nothing was changed.");
  });

  it("R384: of what was sent it is not said that nothing was changed", async () => {
    const sent = route.action({ who: "public", anyOrigin: true, because: "a test" }, () => {
      throw Object.assign(new Error("closing"), { cause: { originalCode: "57P01" } });
    });
    const { status, body } = await readErrorResponse(sent(createRouteArgs("/x", { method: "POST" }).args));
    expect(status).toBe(503);
    expect(body.error.message).toMatch(
      /may not be done, or only in part\. Look before you ask for it again\.$/,
    );
  });

  it("a thrown Response is sent unchanged", async () => {
    const { args } = createRouteArgs("/x");
    expect(await readErrorResponse(failing(Response.json({ here: 1 }, { status: 418 }))(args))).toMatchObject(
      {
        status: 418,
      },
    );
  });
});

describe("the builder", () => {
  it("marks what it built with its access", () => {
    expect(readRouteAccess(route.loader({ who: "cron" }, () => null))).toBe("cron");
    expect(readRouteAccess(() => null)).toBeNull();
  });

  it("refuses to build a route with unknown access or without access", () => {
    // @ts-expect-error -- there is no such caller
    expect(() => route.loader({ who: "anyone" }, () => null)).toThrow(/has no known access/);
    // @ts-expect-error -- a route that does not say who may call does not compile
    expect(() => route.loader({}, () => null)).toThrow(/has no known access/);
  });

  it("forbids caching of responses unless the handler allows it", async () => {
    const answer = route.loader({ who: "public", because: "a test" }, () => Response.json({}));
    expect((await answer(createRouteArgs("/x").args)).headers.get("Cache-Control")).toBe("no-store");
  });
});
