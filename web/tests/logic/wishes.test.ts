import { describe, expect, it } from "vitest";
import { askedOf, changedAttributes, hearing, toAttributes, type Wishes } from "../../src/logic/wishes";

const WISHES: Wishes = { speak: "en", listen: "es", read: { mode: "both", language: "es" }, push: "always" };

describe("attributes", () => {
  it.each([
    ["both", "es,original"],
    ["translation", "es,original"],
    ["original", "original"],
    ["off", "off"],
  ] as const)("write captions %s as %s", (mode, value) => {
    expect(toAttributes({ ...WISHES, read: { mode, language: "es" } })).toEqual({
      "translator.speak": "en",
      "translator.listen": "es",
      "translator.captions": value,
      "translator.push": "",
    });
  });

  it.each([
    ["pressed", "on"],
    ["released", "off"],
  ] as const)("write push-to-translate %s as %s", (push, value) => {
    expect(toAttributes({ ...WISHES, push })["translator.push"]).toBe(value);
  });

  it("are sent only where they differ from what the server knows", () => {
    const known = { "translator.speak": "en", "translator.listen": "fr", "translator.captions": "es,original" };

    expect(changedAttributes(toAttributes(WISHES), known)).toEqual({ "translator.listen": "es" });
  });
});

describe("what is asked of an interpreter", () => {
  const asked = (language: string, mode: Wishes["read"]["mode"], offered: readonly string[] | null) => {
    const { listen, read } = askedOf({ ...WISHES, listen: language, read: { mode, language } }, offered);
    return [listen, read.mode, read.language];
  };

  it("is what is wished, where it is offered or nobody knows what is", () => {
    expect(asked("pt-BR", "both", ["en", "pt"])).toEqual(["pt-BR", "both", "pt-BR"]);
    expect(asked("de", "translation", null)).toEqual(["de", "translation", "de"]);
  });

  it("are the originals in place of a language that is not offered", () => {
    expect(asked("de", "translation", ["en", "es"])).toEqual(["off", "original", "de"]);
    expect(asked("de", "both", ["en", "es"])).toEqual(["off", "original", "de"]);
    expect(asked("de", "off", ["en", "es"])).toEqual(["off", "off", "de"]);
  });
});

describe("hearing another language", () => {
  const reading = (listen: string, mode: "both" | "original" | "off", language: string): Wishes => ({
    ...WISHES,
    listen,
    read: { mode, language },
  });

  it.each([
    ["takes the captions along", reading("es", "both", "es"), reading("fr", "both", "fr")],
    ["leaves captions that were chosen apart", reading("es", "both", "de"), reading("fr", "both", "de")],
    [
      "begins to translate the captions too",
      reading("off", "original", "de"),
      { ...WISHES, listen: "fr", read: { mode: "translation", language: "fr" } },
    ],
    ["leaves captions off", reading("es", "off", "es"), reading("fr", "off", "es")],
  ] as const)("%s", (_what, before, after) => {
    expect(hearing(before, "fr")).toEqual(after);
  });

  it("no longer leaves the captions as they are", () => {
    expect(hearing(reading("es", "both", "es"), "off")).toEqual(reading("off", "both", "es"));
  });
});
