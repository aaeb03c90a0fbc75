import { createServer } from "node:http";
import { withPaymentCheck } from "../../app/http/with-payment-check.server";
import { addNullUsers, openInstallation } from "./support/installation";
import { computePercentile, print, printTable } from "./support/print";
import { toUserId } from "./support/sandbox-process";

// What the payment check behind a workspace request costs the request, while Stripe does not answer: the same loader
// plain (A), plain again (A, to see how much this machine varies) and with the hook (B), in turn.

const USERS = 2_000;
const REQUESTS = 6_000;
const PARALLEL = 4;
const KINDS = ["plain (A)", "plain again (A)", "with the hook (B)"] as const;
type Kind = (typeof KINDS)[number];

const bench = await openInstallation({ customers: 10, latencyMs: 10 * 60_000, perSecond: null }, 25);
const { parity } = bench;
try {
  await addNullUsers(bench.db, USERS);
  const answer = async (who: string) =>
    Response.json(await parity.workspace.answer({ workspaceId: `w${who}`, userId: who }));
  type Args = { who: string; context: { parity: typeof parity } };
  const hooked = withPaymentCheck(
    ({ who }: Args) => who,
    ({ who }: Args) => answer(who),
  );
  const server = createServer((request, response) => {
    const [, kind = "", who = ""] = (request.url ?? "").split("/");
    const made = kind === "hook" ? hooked({ who, context: { parity } }) : answer(who);
    void made.then(async (made) => response.end(await made.text()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  const url = `http://127.0.0.1:${address.port}`;

  const times: Record<Kind, number[]> = { "plain (A)": [], "plain again (A)": [], "with the hook (B)": [] };
  let next = 0;
  const sendRequests = async () => {
    for (let n = next++; n < REQUESTS; n = next++) {
      const kind = KINDS[n % KINDS.length] ?? KINDS[0];
      const startedAt = performance.now();
      const answer = await fetch(
        `${url}/${kind === "with the hook (B)" ? "hook" : "plain"}/${toUserId(n % USERS)}`,
      );
      await answer.arrayBuffer();
      // The first tenth warms up.
      if (n > REQUESTS / 10) times[kind].push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, sendRequests));
  server.close();
  server.closeAllConnections();

  print(`Workspace request, ${REQUESTS} by ${USERS} customers, ${PARALLEL} in parallel, Stripe hangs`);
  const base = times["plain (A)"];
  printTable([
    ["", "p50 ms", "p95 ms", "p99 ms", "p50 over A", "p99 over A"],
    ...KINDS.map((kind) => {
      const at = (part: number) => computePercentile(times[kind], part);
      const over = (part: number) => (at(part) - computePercentile(base, part)).toFixed(2);
      return [kind, ...[0.5, 0.95, 0.99].map((part) => at(part).toFixed(2)), over(0.5), over(0.99)];
    }),
  ]);
} finally {
  await bench.sandbox.setLatency(0);
  await bench.close();
}
