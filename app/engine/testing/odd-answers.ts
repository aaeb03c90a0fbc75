import { createServer } from "node:http";
import fc from "fast-check";
import { z } from "zod";
import type { SeededRandom } from "./seeded-random";

/** A place in an answer: the object or list that holds it, and under what name or number. */
type Place = { holder: Record<string, unknown> | unknown[]; key: string | number; name: string };

/** Values that Stripe never sends at most places. None is a status that ends a subscription. */
const STRANGE: unknown[] = [
  null,
  "",
  " ",
  "\u0000",
  "\ud800",
  "a\u0000b",
  "__proto__",
  "constructor",
  "null",
  "bob",
  "sub_",
  "xxx",
  "usd",
  "a".repeat(6_000),
  0,
  -1,
  1.5,
  1e21,
  Number.MAX_SAFE_INTEGER,
  2_147_483_648,
  253_402_300_800,
  -62_135_596_801,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  { id: null },
  { id: "x", object: "x", deleted: "yes" },
  { data: [] },
  { object: "list", data: null, has_more: "no" },
];

/** What Parity reads. The rest of an answer is most of it, and is changed less often. */
const READ = new Set([
  ...[
    "id",
    "object",
    "data",
    "has_more",
    "items",
    "customer",
    "status",
    "metadata",
    "userId",
    "email",
    "name",
  ],
  ...[
    "created",
    "start_date",
    "canceled_at",
    "ended_at",
    "cancel_at",
    "cancel_at_period_end",
    "currency",
    "deleted",
  ],
  ...[
    "current_period_start",
    "current_period_end",
    "quantity",
    "price",
    "product",
    "lookup_key",
    "unit_amount",
  ],
  ...[
    "unit_amount_decimal",
    "recurring",
    "interval",
    "interval_count",
    "usage_type",
    "billing_scheme",
    "type",
  ],
  ...["latest_invoice", "due_date", "status_transitions", "finalized_at", "pause_collection", "test_clock"],
  ...["subscription", "client_reference_id", "livemode", "account", "transform_quantity", "tiers_mode", "0"],
]);
const READ_SHARE = 0.85;

/** One change of an answer, drawn by fast-check: what is done, to which of all places, and with which value. */
export type AnswerChange = {
  kind: "replace" | "replace everywhere" | "remove" | "add" | "swap" | "list";
  place: number;
  value: number;
};
const PARTS = 1_000_000;
/** Without a bias: every place is as good as the first and the last. */
const fraction = fc.noBias(fc.nat(PARTS - 1)).map((part) => part / PARTS);
const kind = fc.constantFrom<AnswerChange["kind"]>(
  ...([
    "replace",
    "replace",
    "replace",
    "replace everywhere",
    "remove",
    "add",
    "swap",
    "list",
    "list",
  ] as const),
);
const change = fc.record({ kind, place: fraction, value: fraction });

/** The same changes for the same seed. */
export function sampleAnswerChanges(seed: number, count: number): AnswerChange[] {
  return fc.sample(change, { seed, numRuns: count });
}

const pick = <T>(from: T[], at: number): T | undefined => from[Math.floor(at * from.length)];

/** All places in an answer below `root`; with `owner`, only in objects that name it. */
function listPlaces(root: unknown, owner: string | null): Place[] {
  const places: Place[] = [];
  const visit = (value: unknown, isInside: boolean) => {
    if (typeof value !== "object" || value === null) return;
    const here =
      isInside || (!isList(value) && !Array.isArray(value) && JSON.stringify(value).includes(owner ?? ""));
    for (const [name, member] of Object.entries(value)) {
      const holder = value as Place["holder"];
      if (here) places.push({ holder, key: Array.isArray(value) ? Number(name) : name, name });
      visit(member, here);
    }
  };
  visit(root, owner === null);
  return places;
}

const listObject = z.looseObject({ object: z.literal("list"), data: z.array(z.unknown()) });
const isList = (value: unknown) => listObject.safeParse(value).success;

/** Changes `answer` in place; what was changed, in words, or null when there was nothing to change. */
export function changeAnswer(answer: unknown, by: AnswerChange, owner: string | null): string | null {
  const places = listPlaces(answer, owner);
  const readPlaces = places.filter(({ name }) => READ.has(name));
  const place =
    by.place < READ_SHARE
      ? pick(readPlaces, by.place / READ_SHARE)
      : pick(places, (by.place - READ_SHARE) / (1 - READ_SHARE));
  if (!place) return null;
  const before = read(place);
  const say = (what: string) => `${place.name} (${JSON.stringify(before)?.slice(0, 60)}) ${what}`;
  switch (by.kind) {
    case "replace":
    case "replace everywhere": {
      // That nothing is bought is something that Stripe may well say.
      const values = STRANGE.filter((value) => place.name !== "quantity" || value !== 0);
      const value = pick(values, by.value);
      const all = places.filter(({ name }) => name === place.name);
      for (const one of by.kind === "replace" ? [place] : all) write(one, value);
      return say(`→ ${JSON.stringify(value)?.slice(0, 60)}${by.kind === "replace" ? "" : " everywhere"}`);
    }
    case "remove":
      if (Array.isArray(place.holder)) place.holder.splice(Number(place.key), 1);
      else delete place.holder[place.key];
      return say("removed");
    case "add":
      if (Array.isArray(place.holder)) place.holder.push(structuredClone(before));
      else place.holder[`${place.key}_new`] = pick(STRANGE, by.value);
      return say("added again");
    case "swap": {
      const other = pick(
        places.filter(({ holder, name }) => holder !== before && name !== "status"),
        by.value,
      );
      if (!other || place.name === "status") return null;
      const copy = structuredClone(read(other));
      if (place.name === "quantity" && copy === 0) return null;
      write(place, copy);
      return say(`→ that of ${other.name} (${JSON.stringify(copy)?.slice(0, 60)})`);
    }
    case "list":
      // A list says something about all customers on it.
      return owner === null ? changeList(answer, by) : changeAnswer(answer, { ...by, kind: "remove" }, owner);
  }
}

const read = ({ holder, key }: Place): unknown => Reflect.get(holder, key);
const write = ({ holder, key }: Place, value: unknown): void => {
  Reflect.set(holder, key, structuredClone(value));
};

/** What a list says about itself is not true: `has_more`, the same object twice, one left out, another order. */
function changeList(answer: unknown, { value }: AnswerChange): string | null {
  const list = listObject.safeParse(answer);
  if (!list.success || typeof answer !== "object" || answer === null) return null;
  const { data, has_more } = list.data;
  const ways: [string, object][] = [
    ["has_more is not true", { has_more: !has_more }],
    ["all objects twice", { data: [...data, ...data] }],
    ["the first object is left out", { data: data.slice(1) }],
    ["the last object is left out", { data: data.slice(0, -1) }],
    ["reversed", { data: data.toReversed() }],
    ["empty", { data: [] }],
    ["empty, with more", { data: [], has_more: true }],
    [
      "very long",
      {
        data: Array.from({ length: 1_000 }, () => data)
          .flat()
          .slice(0, 1_000),
      },
    ],
  ];
  const way = pick(ways, value);
  if (!way) return null;
  Object.assign(answer, way[1]);
  return `list: ${way[0]}`;
}

/** A stand-in for Stripe that passes requests on to the sandbox, and changes some answers. */
export async function openOddStripe(stripeUrl: string) {
  let plan: { changes: AnswerChange[]; random: SeededRandom; owner: string | null; share: number } | null =
    null;
  const changed: string[] = [];
  let total = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const headers = { authorization: request.headers.authorization ?? "" };
    void fetch(`${stripeUrl}${path}`, { headers }).then(
      async (answer) => {
        const body: unknown = await answer.json();
        const changes = plan && plan.random.next() < plan.share ? plan.changes : [];
        // Another account would be refused before anything else is read.
        for (const by of path.startsWith("/v1/account") ? [] : changes) {
          const what = changeAnswer(body, by, plan?.owner ?? null);
          if (what === null) continue;
          total += 1;
          changed.push(`${path.split("?")[0]}: ${what}`);
        }
        response.writeHead(answer.status, { "Content-Type": "application/json", "Request-Id": "req_odd" });
        response.end(JSON.stringify(body));
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    /** What was changed since `begin`, in words. */
    changed,
    /** How many answers were changed altogether. */
    countChanged: () => total,
    /** From now on answers are changed; with `owner`, only objects that name this customer. */
    begin(next: NonNullable<typeof plan>) {
      changed.length = 0;
      plan = next;
    },
    end() {
      plan = null;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
