import fc from "fast-check";
import { name, nasty, text } from "./odd-texts";
import type { RawRequest } from "./raw-request";
import { rows } from "./route-table";

/** Who sends a request, and with what: the sender adds the cookie or the secret. */
export const ODD_CALLERS = [
  "none",
  "customer",
  "customer by token",
  "viewer",
  "operator",
  "admin",
  "scheduler",
  "Stripe",
] as const;
export type OddCaller = (typeof ODD_CALLERS)[number];

export type OddRequest = RawRequest & { caller: OddCaller; route: string };

/** Half of a character cannot be encoded, and becomes what a browser sends for it. */
const encodeText = (value = "") => encodeURIComponent(Buffer.from(value).toString());

/** Percent-encoded in one of the ways that callers use, or not at all. */
const encoded = fc.tuple(text, fc.integer({ min: 0, max: 9 })).map(([value, way]) => {
  const bytes = Buffer.from(value);
  if (way === 0) return bytes.toString("latin1").replace(/[\r\n ]/g, "");
  if (way === 1) return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  if (way === 2) return "%ff%fe%80";
  if (way === 3) return "%";
  if (way === 4) return "%u0041";
  return encodeText(value);
});
const fields = fc
  .array(fc.tuple(name, encoded), { maxLength: 8 })
  .map((pairs) => pairs.map(([key, value]) => `${encodeText(key)}=${value}`).join("&"));
const query = fc.oneof(
  { weight: 5, arbitrary: fc.constant("") },
  { weight: 5, arbitrary: fields.map((all) => `?${all}`) },
  { weight: 1, arbitrary: encoded.map((value) => `?${value}`) },
  { weight: 1, arbitrary: fields.map((all) => `?${`${all}&`.repeat(20)}`) },
);

const json = fc.oneof(
  fc.json(),
  fc.dictionary(name, fc.oneof(text, fc.jsonValue())).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    "",
    "{",
    "[1",
    "1e400",
    '{"sessionId":{"a":1}}',
    '{"__proto__":{"a":1}}',
    '"\\ud800"',
    "null",
  ),
  fc.nat(60).map((depth) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`),
);
const contentType = fc.constantFrom(
  ...["application/x-www-form-urlencoded", "application/json", "application/json; charset=utf-16"],
  ...[
    "text/plain",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "",
    "a",
    ";;;",
    "text/x-script",
  ],
);

/** The fields that the route's own form has, so that many requests get past the first check. */
const ownForm = (form: Record<string, string>) =>
  fc
    .tuple(
      fc.record(
        Object.fromEntries(
          Object.entries(form).map(([key, value]) => [
            key,
            fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 2, arbitrary: text }),
          ]),
        ),
        { requiredKeys: [] },
      ),
      fields,
    )
    .map(([own, others]) => {
      const known = Object.entries(own).map(([key, value]) => `${key}=${encodeText(value)}`);
      return [...known, others].filter(Boolean).join("&");
    });

const headerValue = fc.oneof(
  encoded,
  nasty.map((value) =>
    Buffer.from(value)
      .toString("latin1")
      .replace(/[\r\n\0]/g, ""),
  ),
);
const header = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      ...[
        "Cookie",
        "Authorization",
        "Accept",
        "Accept-Language",
        "Accept-Encoding",
        "X-Forwarded-For",
        "Range",
      ],
      ...[
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "Forwarded",
        "X-Request-Id",
        "User-Agent",
        "Referer",
        "Via",
      ],
      ...[
        "If-None-Match",
        "If-Modified-Since",
        "X-HTTP-Method-Override",
        "Purpose",
        "Sec-Purpose",
        "Upgrade",
      ],
      ...["Content-Encoding", "Stripe-Signature", "X-Remix-Response", "X-Parity-Client-Address", "Expect"],
    ),
    headerValue,
  ),
  fc.constantFrom(
    ...([
      ["Origin", "null"],
      ["Origin", "https://evil.test"],
      ["Sec-Fetch-Site", "cross-site"],
      ["Sec-Fetch-Site", "none"],
      ["Cookie", "__Host-parity.session_token=%ff; parity_customer=.."],
      ["Cookie", `${"a=b; ".repeat(200)}`],
      ["Authorization", "Bearer a.b.c"],
      ["Authorization", `Bearer ${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.`],
      ["Authorization", "Basic OjpA"],
      ["Stripe-Signature", "t=99999999999999999999,v1=zz"],
      ["Accept-Encoding", "br, gzip"],
      ["Transfer-Encoding", "chunked"],
      ["Expect", "100-continue"],
    ] as const),
  ),
);
const method = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY") },
  { weight: 9, arbitrary: fc.constant(null) },
);

/** The path of a row of the table, with parts replaced by odd ones. */
const pathFor = (at: string) => {
  const [path = "/"] = at.split("?");
  return fc
    .array(fc.tuple(fc.nat(6), encoded), { maxLength: 2 })
    .map((changes) => {
      const parts = path.split("/");
      // The first parts name the route.
      for (const [index, value] of changes)
        if (index >= 2 || parts.length > 3) parts[Math.min(Math.max(index, 2), parts.length)] = value;
      return parts.join("/");
    })
    .chain((odd) => fc.constantFrom(odd, odd, odd, path, path, `${odd}.data`, `${odd}/`));
};

const ownQuery = (at: string) => {
  const [, own] = at.split("?");
  return own ? fc.oneof(fc.constant(`?${own}`), query) : query;
};

/** Requests to one loader or action, most of them like its own, with something odd about them. */
function requestsTo(row: (typeof rows)[number]): fc.Arbitrary<OddRequest> {
  const body =
    row.kind === "loader"
      ? fc.constant("")
      : fc.oneof({ weight: 4, arbitrary: ownForm(row.form ?? {}) }, fields, json, text);
  return fc
    .record({
      caller: fc.constantFrom(...ODD_CALLERS),
      method,
      path: pathFor(row.at),
      query: ownQuery(row.at),
      headers: fc.array(header, { maxLength: 3 }),
      body,
      type: fc.oneof(
        {
          weight: 5,
          arbitrary: fc.constant(
            row.json || row.raw ? "application/json" : "application/x-www-form-urlencoded",
          ),
        },
        { weight: 1, arbitrary: contentType },
      ),
      bytes: fc.oneof(
        { weight: 9, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
      ),
    })
    .map((made) => {
      const content = made.bytes
        ? Buffer.from(made.bytes)
        : Buffer.from(row.raw && !made.body ? row.raw : made.body);
      const isChunked = made.headers.some(([key]) => key === "Transfer-Encoding");
      return {
        route: `${row.id} ${row.kind}`,
        caller: made.caller,
        method: made.method ?? (row.kind === "loader" ? "GET" : "POST"),
        target: `${made.path}${made.query}`,
        headers: [
          ["Host", "localhost"] as const,
          ["Sec-Fetch-Site", "same-origin"] as const,
          ...(made.type ? [["Content-Type", made.type] as const] : []),
          ...made.headers,
          ...(content.length > 0 && !isChunked ? [["Content-Length", String(content.length)] as const] : []),
        ],
        body: isChunked ? Buffer.from("0\r\n\r\n") : content,
      };
    });
}

/** The same requests for the same seed: `perRoute` to each loader and each action. */
export function sampleOddRequests(seed: number, perRoute: number): OddRequest[] {
  return rows.flatMap((row, index) =>
    fc.sample(requestsTo(row), { seed: seed * 1_000 + index, numRuns: perRoute }),
  );
}
