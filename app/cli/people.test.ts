import { afterAll, beforeAll, expect, it } from "vitest";
import { createWorld, STAFF, type World } from "~/engine/testing/world";
import { runOn } from "./testing/cli";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const run = (line: string | readonly string[]) => runOn(world, line);
const json = async (line: string) => JSON.parse((await run(`${line} --json`)).stdout);

it("members of staff are invited with a link, get another role with the same password, and the last admin stays", async () => {
  const invited = await run("staff invite --email bob@example.com --role operator");
  expect(invited).toMatchObject({ code: 0, stderr: "" });
  expect(invited.stdout).toMatch(/^https:\/\/parity\.test\/invitation\?token=[\w-]{43}$/m);
  await run(["staff", "add", "--email", "eva@example.com", "--name", "Eva", "--role", "admin"]);
  expect(await run("staff role eva@example.com viewer")).toMatchObject({ code: 1 });
  expect((await run("staff remove eva@example.com")).stderr).toContain("last admin");
  await run(["staff", "add", "--email", "ada@example.com", "--name", "Ada", "--role", "viewer"]);
  const changed = await run(["staff", "role", "ada@example.com", "admin", "--reason", "covers for Eva"]);
  expect(changed.stdout).toBe("Changed: ada@example.com is admin now.\n");
  expect((await run("staff role eva@example.com viewer")).code).toBe(0);
  expect((await run("staff withdraw Bob@example.com")).stdout).toContain("no longer works");
  expect(await run("staff withdraw bob@example.com")).toMatchObject({ code: 1 });
  expect((await run("staff end-sessions eva@example.com")).stdout).toContain("Signed out");
  expect((await run("staff new-password eva@example.com")).stdout).toContain("/invitation?token=");
  expect((await run("staff role none@example.com viewer")).stderr).toContain("no member");
  expect((await run("staff role eva@example.com boss")).code).toBe(2);
});

it("alerts are looked for and listed, muted with a reason, and not sent anywhere without a webhook", async () => {
  const listed = await run("alerts");
  expect(listed.stdout).toContain("ALERT_WEBHOOK_URL is not set: nothing is sent.");
  const { open } = await json("alerts");
  expect(listed.code).toBe(open.length === 0 ? 0 : 3);
  expect((await run("alerts test")).stderr).toContain("ALERT_WEBHOOK_URL is not set.");
  expect((await run("alerts mute locked_out")).code).toBe(2);
  const muted = await run(["alerts", "mute", "locked_out", "--reason", "known", "--hours", "8"]);
  expect(muted.stdout).toBe("Muted: locked_out for 8 hours.\n");
  expect((await run("alerts")).stdout).toMatch(/Muted: locked_out until .*, by command line: known/);
  expect((await run("alerts unmute locked_out")).code).toBe(0);
  expect((await run("alerts unmute locked_out")).code).toBe(1);
  expect((await run("alerts mute everything --reason x")).code).toBe(2);
});

it("a run is canceled, and one that is over is left alone", async () => {
  const { run: started } = await world.parity.runs.apply({ actor: STAFF });
  const canceled = await run(`runs cancel ${started.id}`);
  expect(canceled).toMatchObject({ code: 0, stdout: "The run is canceled. What it has written stays.\n" });
  expect(await run(`runs cancel ${started.id}`)).toMatchObject({ code: 1 });
  expect(await run("runs cancel none")).toMatchObject({ code: 1, stderr: "There is no run none.\n" });
  expect(await run("runs cancel")).toMatchObject({ code: 2 });
});
