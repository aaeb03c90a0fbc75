import { expect, it } from "vitest";
import { createLog, requestLog } from "./log.server";
import { maskText } from "./mask.server";

function collecting() {
  const lines: string[] = [];
  const log = createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "{}") };
}

it("masks email addresses and keys in messages and their arguments", () => {
  const { log, last } = collecting();
  log.info("signed in: %s with %s", "ann.o'neil+x@example.co.uk", "sk_live_51AbCdEf");
  expect(last().msg).toBe("signed in: [email] with sk_live_[redacted]");
});

it("masks an email address in a path, however often its sign is encoded", () => {
  const { log, last } = collecting();
  for (const sign of ["@", "%40", "%2540", "%252540"]) {
    log.info({ path: `/users/ann${sign}example.com` }, "request");
    expect(last().path).toBe("/users/[email]");
  }
});

it("masks members at any depth, by what they hold and by what they are called", () => {
  const { log, last } = collecting();
  log.warn(
    {
      request: { headers: { Authorization: "Bearer abc.def", cookie: "a=b", accept: "text/html" } },
      user: { id: "u1", email: "ann@example.com", note: "wrote to bob@example.com" },
      environment: { stripe: { secretKey: "rk_test_123456", webhookSecret: "whsec_abc" }, port: 3000 },
      list: ["whsec_0123456789"],
    },
    "a request",
  );
  expect(last()).toMatchObject({
    level: "warn",
    request: { headers: { Authorization: "[redacted]", cookie: "[redacted]", accept: "text/html" } },
    user: { id: "u1", email: "[redacted]", note: "wrote to [email]" },
    environment: { stripe: { secretKey: "[redacted]", webhookSecret: "[redacted]" }, port: 3000 },
    list: ["whsec_[redacted]"],
    msg: "a request",
  });
});

it("masks errors, their stacks and their causes, and keeps their codes", () => {
  const { log, lines, last } = collecting();
  const cause = Object.assign(new Error("no such user ann@example.com"), { code: "P2025" });
  log.error(new Error("could not use sk_test_51AbCd", { cause }));
  expect(lines.at(-1)).not.toMatch(/ann@example|51AbCd/);
  expect(last().err).toMatchObject({
    message: "could not use sk_test_[redacted]",
    stack: expect.stringContaining("log.server.test"),
    cause: { message: "no such user [email]", code: "P2025" },
  });
  log.error({ err: cause }, "while syncing");
  expect(last()).toMatchObject({ err: { code: "P2025" }, msg: "while syncing" });
});

it("survives circles, big integers and nothing", () => {
  const { log, last } = collecting();
  const circle: Record<string, unknown> = { count: 7n, none: null };
  circle.self = circle;
  log.info(circle, "circle");
  expect(last()).toMatchObject({ count: "7", none: null, msg: "circle" });
});

it("R400: never throws, whatever it is given, and logs the rest of the line", () => {
  const { log, last } = collecting();
  const strange = {
    get secretOfItsOwn(): string {
      throw new Error("no");
    },
  };
  log.error({ strange, kept: "yes" }, "a getter");
  expect(last()).toMatchObject({ strange: "[unreadable]", kept: "yes", msg: "a getter" });
  for (const unlike of [{ message: { text: "ann@example.com" } }, { name: 7 }, { stack: 3 }]) {
    log.error({ err: Object.assign(new Error("made"), unlike) }, "unlike an error");
    expect(last()).toMatchObject({ level: "error", msg: "unlike an error", err: expect.anything() });
  }
});

it("puts the request's id on every line of a request", () => {
  const { log, last } = collecting();
  requestLog(log, "req-1").info("done");
  expect(last()).toMatchObject({ requestId: "req-1", msg: "done" });
});

it.each([
  ["postgresql://parity:hunter2@db.example.com/app", "postgresql://[redacted]@db.example.com/app"],
  ["Authorization: Bearer abcDEF123.x-y_z", "Authorization: Bearer [redacted]"],
  ["token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2ln here", "token [token] here"],
  ["/find?q=ann%40example.com", "/find?q=[email]"],
  ["/users/ann@example%ff", "/users/[email]%ff"],
  ["/users/ann%40example", "/users/[email]"],
  ["x.eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2ln", "x.[token]"],
  ["1http://user:hunter2@db/app", "1http://[redacted]@db/app"],
  ["cus_123 sub_456 acct_789 3 @ 5", "cus_123 sub_456 acct_789 3 @ 5"],
])("masks %j", (text, masked) => {
  expect(maskText(text)).toBe(masked);
});

it.each(["a", "a.", "eyJ-", "a%40", "é@", "a://", "Bearer ", "whsec_", "ann@b."])(
  "masks a long text of %j in linear time",
  (piece) => {
    const measure = (length: number) => {
      const text = piece.repeat(Math.ceil(length / piece.length));
      const before = process.cpuUsage();
      maskText(text);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    measure(1_000);
    // Quadratic patterns took 20 seconds for the longer one, a hundred times as long as for the other.
    const times = { short: measure(20_000), long: measure(200_000) };
    expect(times).toSatisfy(({ short, long }) => long < Math.max(1_000, 40 * short));
  },
);
