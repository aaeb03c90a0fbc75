import type { ServerBuild } from "@remix-run/node";
import Stripe from "stripe";
import { addSyncedUser, createWorld, readAccess, syncAll, type World } from "~/engine/testing/world";
import type { TestDatabase } from "~/platform/testing/database";
import {
  CRON_SECRET,
  CUSTOMER_SECRET,
  type LiveServer,
  METRICS_TOKEN,
  readCookies,
  startLiveServer,
  WEBHOOK_SECRET,
} from "./live-server";
import type { OddCaller, OddRequest } from "./odd-requests";
import { sendRaw } from "./raw-request";

/** What no answer to a customer, or to a caller who has not signed in, may contain: it belongs to others. */
const PLANTED = { ada: "planted-for-ada", bob: "planted-for-bob" };
const PAYERS = ["ada", "bob", "cy"];
/** Requests at the same time: enough that Parity and PostgreSQL are both busy. */
const PARALLEL = 4;
const ROLES = ["viewer", "operator", "admin"] as const;

export type OddWorld = Awaited<ReturnType<typeof openOddWorld>>;

/** A server with users whose data can be recognized in an answer. */
export async function openOddWorld(build: ServerBuild, database?: TestDatabase) {
  const world = await createWorld({}, undefined, database);
  const server = await startLiveServer(world, build);
  for (const id of PAYERS) await addSyncedUser(world, id);
  for (const [id, name] of Object.entries(PLANTED)) {
    await world.db.user.update({ where: { id }, data: { name, email: `${name}@example.com` } });
    await world.db.workspace.update({ where: { id: `${id}_w1` }, data: { name: `${name} workspace` } });
    const { stripeCustomerId: customer } = await world.db.user.findUniqueOrThrow({ where: { id } });
    world.sandbox.checkoutSessions.create({
      id: `cs_test_of_${id}`,
      customer: customer ?? "",
      status: "complete",
    });
  }
  const { id: runId } = await syncAll(world.parity);
  const sessions = createSessions(server, world);
  for (const role of ROLES) await sessions.renew(role);
  await sessions.renew("customer");
  return {
    world,
    server,
    runId,
    sessions,
    async close() {
      await server.close();
      await world.close();
    },
  };
}

function createSessions(server: LiveServer, { db }: World) {
  const headers = new Map<OddCaller, string>();
  let signIns = 0;
  return {
    read: (caller: OddCaller) => headers.get(caller) ?? "",
    /** A session that a request has ended is opened anew; staff by a new member, which no request has changed. */
    async renew(caller: OddCaller): Promise<void> {
      const role = ROLES.find((one) => one === caller);
      signIns += 1;
      if (role) {
        // Requests with wrong passwords came from the same address, and its limit would hold this one up.
        await db.signInLimit.deleteMany();
        headers.set(caller, await server.signIn(`${role}${signIns}@example.org`, role));
      } else if (caller === "customer") {
        const line = await server.customerAuth.startSession("ada");
        headers.set(caller, readCookies({ headers: { "set-cookie": line } }));
      }
    },
  };
}

/** Sends all requests; what was wrong with the answers, and afterwards, in words. */
export async function tryOddRequests(odd: OddWorld, requests: OddRequest[]): Promise<string[]> {
  const findings: string[] = [];
  const left = requests.values();
  const sendNext = async () => {
    for (const request of left) findings.push(...(await tryOne(odd, request)));
  };
  await Promise.all(Array.from({ length: PARALLEL }, sendNext));
  return [...findings, ...(await findHarm(odd))];
}

async function tryOne({ server, world, runId, sessions }: OddWorld, request: OddRequest): Promise<string[]> {
  const { caller } = request;
  const token = (await server.customerAuth.demoToken?.("ada")) ?? "";
  const own: Record<OddCaller, [string, string]> = {
    none: ["X-None", "1"],
    customer: ["Cookie", sessions.read(caller)],
    "customer by token": ["Authorization", `Bearer ${token}`],
    viewer: ["Cookie", sessions.read(caller)],
    operator: ["Cookie", sessions.read(caller)],
    admin: ["Cookie", sessions.read(caller)],
    scheduler: ["Authorization", `Bearer ${CRON_SECRET}`],
    Stripe: [
      "Stripe-Signature",
      Stripe.webhooks.generateTestHeaderString({
        payload: request.body.toString(),
        secret: WEBHOOK_SECRET,
      }),
    ],
  };
  const linesBefore = server.lines.length;
  const sent = {
    ...request,
    target: request.target.replaceAll("RUN", runId),
    headers: [...request.headers, own[caller]],
  };
  const answer = await sendRaw(server.port, sent);
  const findings: string[] = [];
  if (answer === null) findings.push("closed without an answer");
  else {
    const { status, head, body } = answer;
    const all = `${head}\n${body}`;
    if (status >= 500) findings.push(`answered ${status}: ${body.slice(0, 300)}`);
    if (/\bat .{1,200}\.(ts|tsx|js|mjs):\d+/.test(all)) findings.push("answered a stack trace");
    const isOutsider = !ROLES.some((role) => role === caller);
    const forbidden = isOutsider
      ? [PLANTED.bob, ...(caller.startsWith("customer") ? [] : [PLANTED.ada])]
      : [];
    const secrets = [CRON_SECRET, METRICS_TOKEN, WEBHOOK_SECRET, CUSTOMER_SECRET, world.sandbox.secretKey];
    for (const planted of [...forbidden, ...secrets, "postgres://", "passwordHash"])
      if (all.includes(planted)) findings.push(`answered ${JSON.stringify(planted)}`);
    const location = /^location: ?(.*)$/im.exec(head)?.[1] ?? "";
    if (!/^(\/(?![/\\])|http:\/\/(localhost|127\.0\.0\.1)(:\d+)?\/|$)/.test(location))
      findings.push(`redirected to ${location}`);
    if (/^(\/sign-in(\?|$)|\/workspace\/session$)/.test(location) || status === 401)
      await sessions.renew(caller);
  }
  for (const line of server.lines.slice(linesBefore))
    if (/"level":"(error|fatal)"/.test(line)) findings.push(`logged ${line.slice(0, 600)}`);
  return findings.map((finding) => `${describeRequest(sent)}: ${finding}`);
}

/** What must not have happened, whatever was sent. */
async function findHarm({ world }: OddWorld): Promise<string[]> {
  const { db } = world;
  const findings: string[] = [];
  for (const id of PAYERS) {
    const access = await readAccess(world, id);
    if (access !== "active 5") findings.push(`${id}, who pays, has ${access}`);
  }
  const admins = await db.staff.findMany({ where: { role: "admin" }, select: { id: true } });
  const actors = ["first use", ...admins.flatMap(({ id }) => [id, `staff:${id}`])];
  // The members themselves are added as the command line does it.
  const added = { actor: "command_line:", key: { startsWith: "staff:" } };
  // Any member may export a list, which is kept in the audit.
  const exported = { actor: { startsWith: "staff:" }, key: { startsWith: "export:" } };
  const others = await db.settingChange.findMany({
    where: { actor: { notIn: actors }, NOT: { OR: [added, exported] } },
  });
  for (const change of others)
    findings.push(`a setting was changed by others than an admin: ${change.key} by ${change.actor}`);
  return findings;
}

function describeRequest({ route, caller, method, target, headers, body }: OddRequest): string {
  const text = body.length > 300 ? `${body.toString("latin1", 0, 300)}…` : body.toString("latin1");
  return JSON.stringify({ route, caller, method, target, headers: headers.slice(2), body: text }).slice(
    0,
    900,
  );
}
