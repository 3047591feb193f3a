import { describe, expect, it } from "vitest";
import { interpretedBy, interpreterInto, NO_BOOTHS, readBooths, withRight } from "../../src/logic/booths";

describe("the people who interpret", () => {
  const booths = readBooths({ may: { ines: ["fr", "pt-BR"], jo: ["es"] }, now: { fr: "ines" } });

  it("are read with their rights and their languages", () => {
    expect(booths).toEqual({
      may: new Map([
        ["ines", ["fr", "pt-BR"]],
        ["jo", ["es"]],
      ]),
      now: new Map([["fr", "ines"]]),
    });
    expect(interpretedBy(booths, "ines")).toBe("fr");
    expect(interpretedBy(booths, "jo")).toBe("");
  });

  it("are found by who listens to their language, in whatever region", () => {
    expect(interpreterInto(booths, "fr")).toBe("ines");
    expect(interpreterInto(booths, "fr-CA")).toBe("ines");
    expect(interpreterInto(booths, "es")).toBe("");
  });

  it.each([null, 7, "ines", [], { may: 7, now: "ines" }, { may: ["ines"], now: [["fr", "ines"]] }])(
    "are nobody where that cannot be read: %j",
    (value) => {
      expect(readBooths(value)).toEqual(NO_BOOTHS);
    },
  );

  it("are bounded, and what is no language or identity is left out", () => {
    const crowd = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`p${at}`, ["fr"]]));
    expect(readBooths({ may: crowd, now: {} }).may.size).toBe(20);
    const odd = readBooths({ may: { ines: ["fr", 7, "<b>"], jo: "fr" }, now: { "<b>": "ines", es: 7, fr: "ines" } });
    expect(odd).toEqual({ may: new Map([["ines", ["fr"]]]), now: new Map([["fr", "ines"]]) });
  });

  it("get and lose the right one by one", () => {
    expect(withRight({ jo: ["es"] }, "ines", "fr")).toEqual({ jo: ["es"], ines: ["fr"] });
    expect(withRight({ jo: ["es"], ines: ["fr", "es"] }, "ines", "")).toEqual({ jo: ["es"] });
  });
});
