import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { PROGRAMS } from "../../scripts/bundle.mjs";
import { repository } from "./sources";

// Docker is not needed for this: what the image, the compose file and the units start are programs that the build makes.

const read = (file: string) => readFileSync(path.join(repository, file), "utf8");
const programs = Object.values(PROGRAMS).flatMap((group) => Object.keys(group));
const listStarted = (text: string) =>
  [...text.matchAll(/build\/parity\/([a-z-]+)\.js/g)].map(([, name]) => name);

it.each([
  ["Dockerfile", ["server"]],
  ["compose.yaml", ["migrate", "worker"]],
  ["Procfile", ["migrate", "server", "worker"]],
  ["deploy/parity.service", ["server"]],
  ["deploy/parity-worker.service", ["worker"]],
])("%s starts compiled programs, and no compiler", (file, started) => {
  const text = read(file);
  expect(listStarted(text)).toEqual(started);
  expect(programs).toEqual(expect.arrayContaining(started));
  expect(
    text
      .split("\n")
      .filter((line) => !line.startsWith("#"))
      .join("\n"),
  ).not.toMatch(/tsx|npm (start|run (worker|parity))/);
});

it("docs/deploying.md names every program that a person starts", () => {
  expect(new Set(listStarted(read("docs/deploying.md")))).toEqual(
    new Set(programs.filter((name) => name !== "demo-reset")),
  );
});

it("the image has only what runs, and ends as the documentation says", () => {
  const [, image = ""] = read("Dockerfile")
    .split(/^FROM /m)
    .slice(1);
  const copied = [...image.matchAll(/^COPY --from=build (.+) \S+$/gm)].flatMap(([, from = ""]) =>
    from.split(" "),
  );
  expect(copied).toEqual([
    "/app/package.json",
    "/app/LICENSE",
    "/app/prisma/migrations",
    "/app/build/client",
    "/app/build/parity",
  ]);
  expect(image).not.toMatch(/^(RUN|ADD) /m);
  expect(image).toMatch(/^USER node$/m);
  expect(image).toMatch(/^STOPSIGNAL SIGTERM$/m);
});

it("no secret, nothing that was built before, and no history enters the build of the image", () => {
  expect(read(".dockerignore").split("\n")).toEqual(
    expect.arrayContaining([".env*", "*.pem", "*.key", ".git", ".data", "build", "node_modules"]),
  );
  expect(read("Dockerfile")).not.toMatch(/^(ARG|ENV) .*(KEY|SECRET|TOKEN|PASSWORD|DATABASE_URL)/m);
});

const service = z.object({
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  stop_grace_period: z.literal("60s"),
  environment: z.object({ DATABASE_URL: z.string() }),
});

it("compose.yaml runs every process of ours without rights to write, and gives it time to stop", () => {
  const { services } = z
    .object({ services: z.record(z.string(), z.unknown()) })
    .parse(parse(read("compose.yaml"), { merge: true }));
  expect(Object.keys(services)).toEqual(["db", "migrate", "web", "worker"]);
  for (const name of ["migrate", "web", "worker"]) service.parse(services[name]);
});
