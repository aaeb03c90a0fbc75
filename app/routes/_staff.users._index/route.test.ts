import { afterAll, beforeAll, expect, it } from "vitest";
import { addSyncedUser, createWorld, type World } from "~/engine/testing/world";
import { createRouteArgs } from "~/http/testing/request";
import { loader } from "./route";

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const id of ["ada", "bob"]) await addSyncedUser(world, id);
});
afterAll(() => world.close());

async function load(path: string) {
  const staff = { id: "eve", role: "viewer" as const, name: "Eve", email: "eve@example.org" };
  const { args } = createRouteArgs(path, {}, { staff });
  Object.assign(args.context, { parity: world.parity });
  const { users, changed } = await loader(args);
  return { users: users.map(({ userId, verdict }) => [userId, verdict]).sort(), changed };
}

it("R339: a list by sync status shows only users who have it now, and says how many have changed since they were last evaluated", async () => {
  await world.db.workspace.update({ where: { id: "bob_w1" }, data: { status: "locked", seats: 0 } });
  expect(await load("/users?verdict=in_sync")).toEqual({ users: [["ada", "in_sync"]], changed: 1 });
  // Without the filter what is true now is shown.
  expect(await load("/users")).toEqual({
    users: [
      ["ada", "in_sync"],
      ["bob", "locked_out"],
    ],
    changed: 0,
  });
});
