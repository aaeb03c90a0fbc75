import type { Release } from "./release";
import type { Ran, Stage } from "./stage";

type Check = (isRight: boolean, what: string) => void;

/** Every caller once: what each should do for a user of its own, whichever process answers. */
export async function playRound(stage: Stage, name: string, cli: Release, check: Check): Promise<void> {
  const { sandbox, until } = stage;
  const getsAccess = async (id: string, by: string, ms?: number) =>
    check(
      await until(async () => (await stage.readAccess(id)) === "active 5", ms),
      `${name}: ${by} gives access`,
    );
  const cookie = await stage.signIn();

  const hook = await stage.addPayer(`${name}-hook`);
  await getsAccess(`${name}-hook`, "a webhook");
  sandbox.webhooks.mode = "off";
  await stage.addPayer(`${name}-cron`);
  await stage.addPayer(`${name}-full`);
  await stage.addPayer(`${name}-press`);
  await stage.addPayer(`${name}-line`);

  // Two calls: each of two web processes gets one.
  for (const _ of [1, 2]) {
    const pressed = await stage.pressSync(`${name}-press`, cookie);
    check(pressed.status < 400, `${name}: the button Sync answers ${pressed.status}`);
  }
  await getsAccess(`${name}-press`, "the button Sync", 5_000);
  const line = await stage.run(cli, "cli", ["sync", `${name}-line`]);
  check(line.code === 0, `${name}: parity sync ends with ${describe(line)}`);
  await getsAccess(`${name}-line`, "the command line", 5_000);
  for (const search of ["", "", "?scope=full", "?scope=full"]) {
    const answer = await stage.cron(search);
    const body = await answer.text();
    check(
      answer.status === 200 && !body.includes('"failedCount":1'),
      `${name}: the scheduler${search} gets ${answer.status} ${body.slice(0, 300)}`,
    );
  }
  await getsAccess(`${name}-cron`, "the scheduler");
  await getsAccess(`${name}-full`, "the scheduler");
  sandbox.webhooks.mode = "on";
  sandbox.subscriptions.cancel(hook.subscriptionId);
  check(
    await until(async () => (await stage.readAccess(`${name}-hook`)) === "locked 0"),
    `${name}: a cancellation takes access`,
  );

  for (const path of ["/", "/users", `/users/${name}-cron`, "/runs", "/settings", "/health", "/activity"])
    for (const _ of [1, 2]) {
      const answer = await stage.page(path, cookie);
      // A page that the older version does not have is missing there, and no error.
      check(answer.status === 200 || answer.status === 404, `${name}: ${path} answers ${answer.status}`);
    }
  const status = await stage.run(cli, "cli", ["status", "--json"]);
  check([0, 3].includes(status.code ?? -1), `${name}: parity status ends with ${describe(status)}`);
  const before = await countWritten(stage);
  check((await stage.cron("?scope=full")).status === 200, `${name}: a full run over what is right`);
  check((await countWritten(stage)) === before, `${name}: a full run over what is right writes nothing`);
}

async function countWritten(stage: Stage): Promise<number> {
  const [row] = await stage.query<{ count: number }>(`SELECT count(*)::int AS count FROM parity."Change"`);
  return row?.count ?? 0;
}

const describe = ({ code, stderr }: Ran) => (code === 0 ? "0" : `${code}: ${stderr.slice(0, 500)}`);
