import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toJson, toListJson } from "../json";
import { members, type Shape, template } from "./template";

describe("a template", () => {
  it("returns what JSON.stringify returns for the same object", () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.integer(), fc.boolean(), fc.constant(null)), (name, value) => {
        const shape: Shape<{ name: string }> = {
          kind: "thing",
          'odd "key"': [1, { a: null }],
          nested: { name: (subject) => toJson(subject.name), empty: {}, value },
          last: (subject) => toJson(subject.name.length),
        };
        expect(JSON.parse(template(shape)({ name }))).toEqual({
          kind: "thing",
          'odd "key"': [1, { a: null }],
          nested: { name, empty: {}, value },
          last: name.length,
        });
      }),
    );
  });

  it("accepts shared members at any place", () => {
    const shared = { b: 2, c: "x" };
    const rest = members<{ shared: typeof shared }, typeof shared>((subject) => subject.shared, {
      b: (fields) => toJson(fields.b),
      c: (fields) => toJson(fields.c),
    });
    expect(template<{ shared: typeof shared }>({ "...shared": rest, a: 1 })({ shared })).toBe(
      '{"b":2,"c":"x","a":1}',
    );
    expect(template<{ shared: typeof shared }>({ a: 1, "...shared": rest })({ shared })).toBe(
      '{"a":1,"b":2,"c":"x"}',
    );
  });
});

it("a list contains its objects in order", () => {
  expect(JSON.parse(toListJson(["1", "2"], true, "/v1/x"))).toEqual({
    object: "list",
    data: [1, 2],
    has_more: true,
    url: "/v1/x",
  });
  expect(JSON.parse(toListJson([], false, "/v1/x")).data).toEqual([]);
});
