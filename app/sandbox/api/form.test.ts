import { expect, it } from "vitest";
import { parseForm } from "./form";

it.each([
  ["", {}],
  ["a=1&b=x%20y", { a: "1", b: "x y" }],
  ["created[gte]=1&created[lt]=2", { created: { gte: "1", lt: "2" } }],
  ["expand[]=a&expand[]=b", { expand: { 0: "a", 1: "b" } }],
  ["expand[0]=a&expand[1]=b", { expand: { 0: "a", 1: "b" } }],
  ["items[0][price]=p&items[0][metadata][k]=v", { items: { 0: { price: "p", metadata: { k: "v" } } } }],
  ["a=1&a=2", { a: "2" }],
  ["created%5Bgte%5D=1", { created: { gte: "1" } }],
])("%s", (text, expected) => {
  expect(JSON.parse(JSON.stringify(parseForm(text)))).toEqual(expected);
});

it("names from an object's prototype are ordinary names", () => {
  const parsed = parseForm("__proto__[polluted]=1&constructor=2");
  expect(Object.keys(parsed)).toEqual(["__proto__", "constructor"]);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});
