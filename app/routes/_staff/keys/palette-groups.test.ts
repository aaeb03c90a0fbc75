import { expect, it } from "vitest";
import { buildPaletteGroups } from "./palette-groups";

const pages = [
  { to: "/users", label: "Users" },
  { to: "/health", label: "Health" },
];
const users = [{ userId: "u/1", name: null, email: "ada@example.com", label: "Locked out" }];
const shortcuts = [{ key: "s", label: "Sync this user", run: () => {} }];
const build = (typed: string) => buildPaletteGroups({ typed, users, pages, shortcuts });
const list = (typed: string) => build(typed).flatMap(({ items }) => items.map(({ label }) => label));

it("shows the actions of the page and the pages before anything is typed", () => {
  expect(build("").map(({ value }) => value)).toEqual(["On this page", "Go to"]);
});

it("finds pages and actions by any of their words, and users by what the server found", () => {
  expect(list("sync")).toEqual(["ada@example.com", "Search all users for “sync”", "Sync this user"]);
  expect(list("linked anyone")).toContain("Not linked to anyone");
  expect(build("ada")[0]?.items[0]).toMatchObject({ to: "/users/u%2F1", hint: "Locked out" });
});
