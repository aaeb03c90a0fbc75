import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type pg from "pg";
import { addPayingUser, type World } from "../../app/engine/testing/world";
import { deliver, type openGate, type Program } from "./installation";

// The faults of the drill of alerts. Each begins, is told by one alert, and ends.

export type Fault = {
  title: string;
  alert: string;
  begin(): Promise<unknown>;
  end(): Promise<unknown>;
};

export type Stage = {
  world: World;
  /** A connection that does not go through the gate. */
  admin: pg.Client;
  gate: Awaited<ReturnType<typeof openGate>>;
  environment: NodeJS.ProcessEnv & { APP_URL: string };
  scheduler: { isSilent: boolean };
  processes: { web: Program; worker: Program };
  startWeb(): Program;
  startWorker(): Program;
};

const COMMAND_LINE = { kind: "command_line", id: null } as const;

export function createFaults(stage: Stage): Fault[] {
  const { world, admin, gate, environment, scheduler, processes } = stage;
  const { control, prices } = world.sandbox;
  const refuseKey = async () => control.addFault({ effect: { type: "invalid_key" } });
  const acceptKey = async () => control.reset();
  const parity = (...words: string[]) =>
    promisify(execFile)(process.execPath, ["build/parity/cli.js", ...words], { env: environment });
  const findCustomer = async () =>
    (await world.db.user.findUniqueOrThrow({ where: { id: "ada" } })).stripeCustomerId ?? "";
  async function setReadOnly(mode: "on" | "off"): Promise<void> {
    await admin.query("SET default_transaction_read_only = off");
    await admin.query(`ALTER SYSTEM SET default_transaction_read_only = ${mode}`);
    await admin.query("SELECT pg_reload_conf()");
  }
  let unmapped = "";
  return [
    {
      title: "webhooks are silent: a customer pays, and only the scheduler finds it",
      alert: "ParityWebhooksSilent",
      begin: () => addPayingUser(world, "late"),
      end: async () => deliver(environment.APP_URL, await findCustomer()),
    },
    {
      title: "webhooks are refused: signed with another secret",
      alert: "ParityWebhooksRefused",
      begin: async () => deliver(environment.APP_URL, await findCustomer(), "whsec_ofAnotherEndpoint0123"),
      end: async () => deliver(environment.APP_URL, await findCustomer()),
    },
    { title: "Stripe refuses the key", alert: "ParityStripeKeyRefused", begin: refuseKey, end: acceptKey },
    {
      title: "runs fail, because Stripe refuses the key",
      alert: "ParityRunsFail",
      begin: refuseKey,
      end: acceptKey,
    },
    {
      title: "customers pay for a price that belongs to no plan",
      alert: "ParityUnmappedMoney",
      async begin() {
        const product = world.sandbox.products.create({ name: "Other" }).id;
        const recurring = { interval: "month" } as const;
        unmapped = prices.create({ product, currency: "usd", unit_amount: 900, recurring }).id;
        await addPayingUser(world, "fay", { price: unmapped });
      },
      end: () => parity("plans", "ignore", unmapped, "--reason", "drill"),
    },
    {
      title: "a worker is killed (kill -9)",
      alert: "ParityProcessDown",
      begin: () => processes.worker.end("SIGKILL"),
      async end() {
        processes.worker = stage.startWorker();
      },
    },
    {
      title:
        "no process takes jobs: the worker killed, the web process stopped; one that sleeps between requests is left",
      alert: "ParityNoWorker",
      begin: () => Promise.all([processes.worker.end("SIGKILL"), processes.web.end("SIGTERM")]),
      async end() {
        processes.web = stage.startWeb();
        processes.worker = stage.startWorker();
      },
    },
    {
      title: "the application locks out a payer while repairs are off",
      alert: "ParityPayerLockedOut",
      async begin() {
        await world.parity.settings.set({ writeMode: "off" }, COMMAND_LINE);
        await admin.query(
          `UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = 'ada'`,
        );
      },
      end: () => world.parity.settings.set({ writeMode: "full" }, COMMAND_LINE),
    },
    {
      title: "the database can only be read (a fail-over)",
      alert: "ParityNotReady",
      begin: () => setReadOnly("on"),
      end: () => setReadOnly("off"),
    },
    {
      title: "the database is away",
      alert: "ParityDatabaseUnreachable",
      begin: () => gate.shut(),
      end: () => gate.open(),
    },
    {
      title: "cron is silent (out of date after 1 minute)",
      alert: "ParitySchedulerSilent",
      async begin() {
        scheduler.isSilent = true;
      },
      async end() {
        scheduler.isSilent = false;
      },
    },
  ];
}
