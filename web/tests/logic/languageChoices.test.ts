import { describe, expect, it } from "vitest";
import { choicesOf, labelOf, matching, type Listing } from "../../src/logic/languageChoices";

const codes = (choices: readonly { value: string }[]) => choices.map(({ value }) => value);
const OFFERED: Listing = { offered: ["en", "es", "fr", "pt-BR", "zh"] };
const list = (listing: Listing = OFFERED, locale = "en", chosen = "", recent: readonly string[] = []) =>
  choicesOf(listing, locale, chosen, recent);

describe("a list of languages", () => {
  it("has each language as its speakers call it, and as the reader does where that is another word", () => {
    const found = list(OFFERED, "de").filter(({ group }) => group === "all");

    expect(found.map(({ value, own, name }) => [value, own, name])).toEqual([
      ["zh", "中文", "Chinesisch"],
      ["en", "English", "Englisch"],
      ["fr", "Français", "Französisch"],
      ["pt-BR", "Português (Brasil)", "Portugiesisch (Brasilien)"],
      ["es", "Español", "Spanisch"],
    ]);
    expect(list(OFFERED, "es").find(({ value }) => value === "es")?.name).toBe("");
  });

  it("begins with what is no language and with what was used last, each once", () => {
    const special = [{ value: "off", label: "Original sound" }];
    const found = list({ ...OFFERED, special }, "en", "es", ["fr", "de", "es"]);

    expect(found.slice(0, 6).map(({ value, group }) => [value, group])).toEqual([
      ["off", "special"],
      ["fr", "recent"],
      ["es", "recent"],
      ["pt-BR", "all"],
      ["zh", "all"],
      ["en", "all"],
    ]);
    expect(new Set(codes(found)).size).toBe(found.length);
  });

  it("ends with common languages that are not there, with the reason", () => {
    const found = list({ ...OFFERED, reason: () => "language.noVoice" });
    const missing = found.filter(({ reason }) => reason !== null);

    expect(missing.length).toBeGreaterThan(15);
    expect(missing.every(({ group, reason }) => group === "missing" && reason === "language.noVoice")).toBe(true);
    expect(codes(found.slice(-missing.length))).toEqual(codes(missing));
    expect(codes(missing)).not.toContain("pt"); // who speaks it is served by another region's
    expect(list({ ...OFFERED, showsMissing: false })).toHaveLength(5);
  });

  it("holds what is chosen, also where it is not offered, and leaves out what it is told to", () => {
    expect(list(OFFERED, "en", "vi").find(({ value }) => value === "vi")?.reason).toBe("language.notOffered");
    expect(list(OFFERED, "en", "mt").find(({ value }) => value === "mt")?.group).toBe("missing");
    expect(codes(list({ ...OFFERED, without: ["es", "de"] }))).not.toEqual(expect.arrayContaining(["es"]));
    expect(codes(list({ ...OFFERED, without: ["es", "de"] }))).not.toContain("de");
  });

  it.each([[null], [[]], [undefined]])("is all that is common where nobody knows what there is: %j", (offered) => {
    const found = list({ offered });

    expect(found.length).toBeGreaterThan(20);
    expect(found.every(({ reason }) => reason === null)).toBe(true);
  });
});

describe("looking for a language", () => {
  const look = (typed: string, locale = "de") => codes(matching(list(OFFERED, locale), typed));

  it.each([
    ["span", "es"],
    ["espa", "es"],
    ["ESPAÑ", "es"],
    ["espan", "es"],
    ["Spanish", "es"],
    ["es", "es"],
    ["franco", undefined],
    ["中", "zh"],
    ["bras", "pt-BR"],
    ["portug", "pt-BR"],
    ["  fran ", "fr"],
  ])("finds it by any of its names, with or without marks: %s", (typed, code) => {
    expect(look(typed)[0]).toBe(code);
  });

  it("finds what is not there as well, behind what is", () => {
    expect(look("e").indexOf("en")).toBeLessThan(look("e").indexOf("el"));
    expect(look("polski")).toEqual(["pl"]);
    expect(look("zzz")).toEqual([]);
  });

  it("finds names in other scripts", () => {
    expect(codes(matching(list({ offered: ["ar", "hi", "ja"] }, "en"), "العرب"))).toEqual(["ar"]);
    expect(codes(matching(list({ offered: ["ar", "hi", "ja"] }, "ar"), "الهند"))).toEqual(["hi"]);
  });
});

it("a field shows both names, and a choice that is no language by its words", () => {
  const special = [{ value: "auto", label: "Detect automatically" }];

  expect([labelOf("es", special, "en"), labelOf("en", special, "en"), labelOf("auto", special, "en")]).toEqual([
    "Español · Spanish",
    "English",
    "Detect automatically",
  ]);
  expect([labelOf("", [], "en"), labelOf("x<b>", [], "en")]).toEqual(["", "x<b>"]);
});
