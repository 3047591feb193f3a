import { describe, expect, it } from "vitest";
import { defaults, readSettings, speaks } from "../../../extension/src/logic/settings";

describe("what is kept of choices", () => {
  it("begins with the language of the browser", () => {
    expect(defaults(["de-AT", "en"])).toMatchObject({ hear: "de", mine: "de", theirs: "auto", microphone: false });
  });

  it.each([null, "x", [], { hear: 7, theirs: "../", look: "x", balance: "loud" }])("survives %j", (kept) => {
    expect(readSettings(kept, ["es"])).toEqual(defaults(["es"]));
  });

  it("keeps what is as it should be, within its bounds", () => {
    const kept = {
      ...defaults(["en"]),
      hear: "off",
      theirs: "pt-BR",
      speak: "push",
      microphone: true,
      voice: "low",
      balance: 4,
      look: { size: 99, contrast: "light", x: -1, y: 0.5 },
    };
    expect(readSettings(kept, ["en"])).toEqual({
      ...kept,
      balance: 1,
      look: { size: 5, contrast: "light", x: 0, y: 0.5 },
    });
  });
});

describe("the others hear a translation", () => {
  const speaking = { ...defaults(["en"]), microphone: true, speak: "push", theirs: "es" } as const;

  it("where there is a microphone, a wish and a language", () => {
    expect(speaks(speaking)).toBe(true);
    expect(speaks({ ...speaking, microphone: false })).toBe(false);
    expect(speaks({ ...speaking, speak: "off" })).toBe(false);
    expect(speaks({ ...speaking, theirs: "auto" })).toBe(false);
  });
});
