import { expect, it } from "vitest";
import { createLog } from "~/platform/log.server";
import { closeAll } from "./shutdown.server";

function createTestLog() {
  const lines: string[] = [];
  return {
    lines,
    log: createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } }),
  };
}

it("runs the hooks in order, each after the one before has finished", async () => {
  const { log, lines } = createTestLog();
  const closed: string[] = [];
  const closing = (name: string) => ({
    name,
    close: async () => {
      closed.push(`${name} begins`);
      await Promise.resolve();
      closed.push(`${name} ends`);
    },
  });
  await closeAll([closing("worker"), closing("database")], log, 1_000);
  expect(closed).toEqual(["worker begins", "worker ends", "database begins", "database ends"]);
  expect(lines).toEqual([]);
});

it("names a hook that fails or hangs in the log, and runs the next one", async () => {
  const { log, lines } = createTestLog();
  const closed: string[] = [];
  const hooks = [
    { name: "failing", close: () => Promise.reject(new Error("no")) },
    {
      name: "throwing",
      close: () => {
        throw new Error("no");
      },
    },
    { name: "hanging", close: () => new Promise<void>(() => {}) },
    { name: "last", close: () => void closed.push("last") },
  ];
  await closeAll(hooks, log, 20);
  expect(closed).toEqual(["last"]);
  expect(lines.map((line) => JSON.parse(line).hook)).toEqual(["failing", "throwing", "hanging"]);
});
