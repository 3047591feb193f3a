import { describe, expect, it } from "vitest";
import { directionOf, nameOf, nameWithin, sameLanguage, servedBy } from "../../src/logic/languages";

describe("languages", () => {
  it("are served by themselves, without their region, or with another one", () => {
    expect([servedBy("pt-BR", ["es", "pt"]), servedBy("ES", ["es"]), servedBy("pt", ["pt-BR"])]).toEqual([
      "pt",
      "es",
      "pt-BR",
    ]);
    expect([servedBy("nb-NO", ["no"]), servedBy("no", ["nb"]), servedBy("nn", ["no"])]).toEqual([
      "no",
      "nb",
      undefined,
    ]);
    expect([servedBy("en-GB", ["en-US"]), servedBy("en_GB", ["en", "en-GB"]), servedBy("iw", ["he"])]).toEqual([
      "en-US",
      "en-GB",
      "he",
    ]);
  });

  it("are the same for a listener whatever the region, but nothing is the same as unknown", () => {
    expect([sameLanguage("en-GB", "en"), sameLanguage("", ""), sameLanguage("es", "en")]).toEqual([true, false, false]);
  });

  it("have a name and a direction", () => {
    expect([nameOf("es", "en"), nameOf("de", "fr"), nameOf("?", "en")]).toEqual(["Spanish", "Allemand", "?"]);
    expect([nameWithin("es", "en"), nameWithin("de", "fr"), nameWithin("en", "es"), nameWithin("?", "en")]).toEqual([
      ...["Spanish", "allemand", "inglés", "?"],
    ]);
    expect([directionOf("ar"), directionOf("he-IL"), directionOf("hi")]).toEqual(["rtl", "rtl", "ltr"]);
  });
});
