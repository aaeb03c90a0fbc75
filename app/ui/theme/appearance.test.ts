import { describe, expect, it } from "vitest";
import { buildAppearanceCookies, readAppearance } from "./appearance";

describe("appearance cookies", () => {
  it("are read back as they were written", () => {
    const cookies = buildAppearanceCookies({ theme: "dark", sidebar: "narrow", hidden: "since.checked" }).map(
      (cookie) => cookie.split(";")[0],
    );
    expect(readAppearance(["a=b", ...cookies].join("; "))).toMatchObject({
      theme: "dark",
      sidebar: "narrow",
      density: "normal",
      hidden: "since.checked",
    });
  });

  it.each([null, "", "parity_theme=pink", "xparity_theme=dark"])(
    "fall back to the default for %j",
    (cookies) => {
      expect(readAppearance(cookies)).toEqual({
        theme: "system",
        sidebar: "wide",
        density: "normal",
        hidden: "",
      });
    },
  );

  it("are written only for the given preferences", () => {
    expect(buildAppearanceCookies({ theme: "light" })).toHaveLength(1);
  });
});
