import { afterAll, beforeAll, expect, it } from "vitest";
import { addPayingUser, addUser, createWorld, runToEnd, STAFF, type World } from "~/engine/testing/world";
import { formHeaders, type LiveServer, startLiveServer } from "./testing/live-server";
import { readSourceBuild } from "./testing/source-build";

// The pages that someone sees who has just adopted Parity, as the server draws them. Each case goes on where the one before stopped.

let world: World;
let server: LiveServer;
let cookies: Record<"viewer" | "operator" | "admin", string>;
beforeAll(async () => {
  world = await createWorld();
  server = await startLiveServer(world, await readSourceBuild());
  cookies = {
    viewer: await server.signIn("viewer@example.com", "viewer"),
    operator: await server.signIn("operator@example.com", "operator"),
    admin: await server.signIn("admin@example.com", "admin"),
  };
  await world.parity.settings.set({ writeMode: "off" }, STAFF);
  await addPayingUser(world, "ada");
  await addPayingUser(world, "ben");
  const left = world.sandbox.customers.create({ email: "cleo@example.com" }).id;
  const { id } = world.sandbox.subscriptions.create({
    customer: left,
    items: [{ price: world.prices.army }],
  });
  world.sandbox.subscriptions.cancel(id);
  await addUser(world, { id: "cleo", customerId: left });
  await world.db.$executeRaw`
    UPDATE app."User" SET plan = 'army', "subscriptionStatus" = 'active' WHERE id = 'cleo'`;
  await world.db
    .$executeRaw`UPDATE app."Workspace" SET status = 'active', soldiers = 5 WHERE "ownerId" = 'cleo'`;
});
afterAll(async () => {
  await server.close();
  await world.close();
});

/** The words and buttons of a page, once everything on it has been counted. */
async function read(path: string, role: keyof typeof cookies): Promise<string> {
  let text = "";
  const load = async () => {
    const { body } = await server.send("GET", path, { headers: { Cookie: cookies[role] } });
    const [main = ""] = /<main[\s\S]*<\/main>/.exec(body) ?? [body];
    text = main
      .replaceAll(/<script[\s\S]*?<\/script>|<!--.*?-->/g, "")
      .replaceAll(/<button[^>]*>/g, " [")
      .replaceAll("</button>", "] ")
      .replaceAll(/<[^>]+>/g, " ")
      .replaceAll(/\s+/g, " ");
    return text;
  };
  await expect.poll(load, { interval: 300 }).not.toMatch(/Counting…|Looking…/);
  return text;
}

it("R142: before Stripe was read it says how many users there are, claims nothing about them, and who can go on", async () => {
  for (const role of ["viewer", "operator", "admin"] as const) {
    const page = await read("/", role);
    expect(page).toContain("Welcome. Nothing was changed yet.");
    expect(page).toContain("3 users in your database. What Stripe says of them is not known yet.");
    expect(page).not.toMatch(/it would be granted|Access without paying/);
    expect(page.includes("[Read Stripe and preview]"), role).toBe(role !== "viewer");
    expect(page.includes("Only an operator can do this."), role).toBe(role === "viewer");
  }
});

it("R142: after the preview it says what would be granted and revoked, with the money, and the next step", async () => {
  const preview = { headers: formHeaders(cookies.operator), body: "read=1" };
  const refused = await server.send("POST", "/runs?index", {
    ...preview,
    headers: formHeaders(cookies.viewer),
  });
  expect(refused.status).toBe(403);
  const { headers } = await server.send("POST", "/runs?index", preview);
  const runId = String(headers.location).replace("/runs/", "");
  await runToEnd(world.parity, runId);
  for (const role of ["viewer", "operator", "admin"] as const) {
    const page = await read("/", role);
    expect(page).toContain("This is what was found. Nothing was changed.");
    expect(page).toContain("3 users in your database, 2 of them paying in Stripe");
    expect(page).toMatch(/Locked out They paid and have no access: it would be granted\. \S+ ?per month 2 /);
    expect(page).toMatch(
      /Access without paying It would be revoked, and only when you turn that on\. \S+ ?per month 1 /,
    );
    expect(page).toContain("View the preview");
    expect(page.includes("[Turn on “grant only”]"), role).toBe(role === "admin");
    expect(page.includes("Only an admin can do this."), role).toBe(role !== "admin");
  }
  expect(await world.db.change.count()).toBe(0);
});

it("R142: it is gone when an admin has chosen a write mode", async () => {
  const choose = (role: keyof typeof cookies) =>
    server.send("POST", "/settings", {
      headers: formHeaders(cookies[role]),
      body: "intent=writeMode&writeMode=grant_only",
    });
  expect((await choose("operator")).status).toBe(403);
  expect((await choose("admin")).status).toBeLessThan(400);
  expect(await world.parity.settings.get()).toMatchObject({ writeMode: "grant_only" });
  const page = await read("/", "viewer");
  expect(page).not.toContain("Nothing was changed");
  expect(page).toContain("Inbox");
});

it("R138: the doctor speaks to admins only, and asks Stripe only where an admin asks it to", async () => {
  for (const role of ["viewer", "operator"] as const) {
    const page = await read("/doctor", role);
    expect(page).toContain(`Only an admin can see what the doctor finds`);
    expect(page).toContain(`You are ${role}.`);
    expect(page).not.toMatch(/PostgreSQL|Search path|Write mode/);
    const asked = await server.send("GET", "/doctor?stripe=1", { headers: { Cookie: cookies[role] } });
    expect(asked.status).toBe(403);
  }
  // What takes longer follows in the same answer, after the page.
  const load = async (path: string) =>
    (await server.send("GET", path, { headers: { Cookie: cookies.admin } })).body;
  const page = await load("/doctor");
  expect(page).toContain("Write mode grant_only: nothing is revoked.");
  expect(page).not.toContain("Subscriptions: Read");
  const asked = await load("/doctor?stripe=1");
  expect(asked).toContain("Write mode grant_only: nothing is revoked.");
  expect(asked).toContain("Subscriptions: Read");
});
