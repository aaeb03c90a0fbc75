import { describe, expect, it } from "vitest";
import { appearanceCookies, appearanceOf } from "./appearance";

describe("the appearance that a person chose", () => {
  it("comes back from the cookies that it was kept in", () => {
    const cookies = appearanceCookies({ theme: "dark", rail: "narrow" }).map(
      (cookie) => cookie.split(";")[0],
    );
    expect(appearanceOf(["a=b", ...cookies].join("; "))).toEqual({ theme: "dark", rail: "narrow" });
  });

  it.each([null, "", "parity_theme=pink", "xparity_theme=dark"])("is the default for %j", (cookies) => {
    expect(appearanceOf(cookies)).toEqual({ theme: "system", rail: "wide" });
  });

  it("keeps only what was chosen", () => {
    expect(appearanceCookies({ theme: "light" })).toHaveLength(1);
  });
});
