import { describe, expect, it } from "vitest";
import {
  chosenFor,
  heardAs,
  hearerOf,
  hearingAttributes,
  languagesHeard,
  MOST_OVERRIDES,
  NO_CHOICES,
  ORIGINAL,
  overriding,
  readHearer,
  readSingle,
  registerOf,
  volumeOf,
  withVolume,
  writeSingle,
  type Hearer,
} from "../../src/logic/hearing";
import { readWords } from "../../src/logic/words";

const hearer = (listen: string, understands: string[] = [], overrides: [string, string][] = []): Hearer => ({
  listen,
  understands,
  overrides: new Map(overrides),
});

describe("in which language somebody is heard", () => {
  it.each([
    ["the general one", hearer("es"), "en", "es"],
    ["their own words, in the same language", hearer("es"), "es-MX", null],
    ["the general one, while nobody knows what they speak", hearer("es"), "", "es"],
    ["their own words, in the second language", hearer("es", ["fr"]), "fr-CA", null],
    ["the general one, in a third", hearer("es", ["fr"]), "en", "es"],
    ["their own words, where originals are heard", hearer("off"), "en", null],
    ["their own words, by choice", hearer("es", [], [["ana", ORIGINAL]]), "en", null],
    ["another language, by choice", hearer("es", [], [["ana", "fr"]]), "en", "fr"],
    ["a language by choice where originals are heard", hearer("off", [], [["ana", "fr"]]), "en", "fr"],
    ["the chosen one, though it is understood", hearer("es", ["en"], [["ana", "es"]]), "en", "es"],
    ["their own words, in the chosen language", hearer("es", [], [["ana", "fr"]]), "fr", null],
    ["the general one, where somebody else was chosen", hearer("es", [], [["bob", "fr"]]), "en", "es"],
  ])("is %s", (_, who, spoken, expected) => {
    expect(heardAs(who, "ana", spoken)).toBe(expected);
  });

  it("tells which channels may be heard, each once", () => {
    const overrides: [string, string][] = [
      ["a", "fr"],
      ["b", ORIGINAL],
      ["c", "es"],
    ];
    expect(languagesHeard(hearer("es", [], overrides))).toEqual(["es", "fr"]);
    expect(languagesHeard(hearer("off", [], overrides))).toEqual(["fr", "es"]);
    expect(languagesHeard(hearer("off"))).toEqual([]);
  });

  it("takes nobody's name for a property", () => {
    for (const identity of ["__proto__", "constructor", "toString"]) {
      expect(chosenFor(hearer("es"), identity, "en")).toBe("es");
      expect(readHearer({ "translator.overrides": `{"${identity}": "fr"}` }).overrides.get(identity)).toBe("fr");
    }
  });
});

describe("what others say of their hearing", () => {
  it("is what this page says of its own", () => {
    const choices = overriding(overriding({ ...NO_CHOICES, understands: "fr" }, "ana", ORIGINAL), "bob", "pt");
    const attributes = { ...hearingAttributes(choices, null), "translator.listen": "es" };
    expect(attributes).toEqual({
      "translator.listen": "es",
      "translator.understands": "fr",
      "translator.overrides": '{"ana":"original","bob":"pt"}',
      "translator.voice": "",
      "translator.likeness": "",
    });
    expect(readHearer(attributes)).toEqual(hearerOf("es", choices));
  });

  it.each([
    "{",
    "[]",
    "null",
    '"fr"',
    '{"ana": 5}',
    '{"ana": "off"}',
    '{"ana": "<b>"}',
    '{"": "fr"}',
    `{"${"a".repeat(300)}": "fr"}`,
    `{"ana": "fr"${" ".repeat(5000)}}`,
    "[".repeat(3000),
  ])("is nothing where it is no choice: %#", (value) => {
    expect(readHearer({ "translator.overrides": value }).overrides.size).toBe(0);
  });

  it("has an end", () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`p${at}`, "fr"]));
    expect(readHearer({ "translator.overrides": JSON.stringify(many) }).overrides.size).toBe(MOST_OVERRIDES);
    expect(readHearer({ "translator.understands": "en, fr ,<b>,es,pt,de" }).understands).toEqual(["en", "fr", "es"]);
  });
});

describe("the wish for a voice that resembles one's own", () => {
  it("is told outright, kept for this meeting, and never made of anything else that was kept", () => {
    const wished = { ...NO_CHOICES, likeness: true };
    expect(hearingAttributes(wished, null)["translator.likeness"]).toBe("on");
    expect(hearingAttributes(NO_CHOICES, null)["translator.likeness"]).toBe("");
    expect(readSingle(writeSingle(wished)).likeness).toBe(true);
    for (const kept of ["", "{}", '{"likeness": "on"}', '{"likeness": 1}', "[true]"])
      expect(readSingle(kept).likeness).toBe(false);
  });
});

describe("choices for single persons", () => {
  it("go where the general one is chosen again, and nothing is left to tell", () => {
    const chosen = overriding(NO_CHOICES, "ana", "fr");
    expect(hearingAttributes(overriding(chosen, "ana", ""), null)["translator.overrides"]).toBe("");
  });

  it("are not asked of an interpreter that does not offer the language", () => {
    const chosen = overriding(overriding(NO_CHOICES, "ana", "ja"), "bob", ORIGINAL);
    expect(hearingAttributes(chosen, ["en", "es"])["translator.overrides"]).toBe('{"bob":"original"}');
  });

  it("are so many at most: the oldest goes", () => {
    let choices = NO_CHOICES;
    for (let at = 0; at <= MOST_OVERRIDES; at += 1) choices = overriding(choices, `p${at}`, "fr");
    expect(choices.overrides.size).toBe(MOST_OVERRIDES);
    expect(choices.overrides.has("p0")).toBe(false);
  });

  it("keep each volume between silence and twice as loud", () => {
    let choices = withVolume(withVolume(NO_CHOICES, "ana", 0.3), "bob", 9);
    expect([volumeOf(choices, "ana"), volumeOf(choices, "bob"), volumeOf(choices, "eve")]).toEqual([0.3, 2, 1]);
    choices = withVolume(choices, "ana", 1);
    expect([...choices.volumes.keys()]).toEqual(["bob"]);
  });

  it("are kept as they are, and nothing else is read back", () => {
    const choices = withVolume(overriding(NO_CHOICES, "ana", "fr"), "bob", 0);
    expect({ ...NO_CHOICES, ...readSingle(writeSingle(choices)) }).toEqual(choices);
    for (const broken of ["", "{", "5", '{"overrides": {"ana": "fr"}, "volumes": 3}'])
      expect(readSingle(broken)).toEqual({ likeness: false, overrides: new Map(), volumes: new Map() });
    expect(readSingle('{"volumes": [["a", 5], ["b", "1"], [3, 1], ["c", 0.5]]}').volumes).toEqual(
      new Map([["c", 0.5]]),
    );
  });

  it("know two registers", () => {
    expect(["low", "high", "", "shrill", null].map(registerOf)).toEqual(["low", "high", "", "", ""]);
  });
});

describe("a notice of whose words sound", () => {
  const read = (text: string) => readWords(new TextEncoder().encode(text));

  it("is read as the interpreter writes it", () => {
    expect(read('{"language": "es", "speaker": "ana", "in_ms": 250}')).toEqual({
      language: "es",
      speaker: "ana",
      inMs: 250,
    });
  });

  it.each([
    ['{"language": "es", "speaker": "ana", "in_ms": 1e12}', 5000],
    ['{"language": "es", "speaker": "ana", "in_ms": -5}', 0],
    ['{"language": "es", "speaker": "ana"}', 0],
  ])("is waited for a moment at most: %s", (text, inMs) => {
    expect(read(text)?.inMs).toBe(inMs);
  });

  it.each([
    "",
    "null",
    "[]",
    '{"language": "<b>", "speaker": "ana"}',
    '{"language": "es", "speaker": ""}',
    '{"language": "es", "speaker": 5}',
    `{"language": "es", "speaker": "${"a".repeat(300)}"}`,
    `{"language": "es", "speaker": "ana"${" ".repeat(2000)}}`,
  ])("is nothing where it cannot be one: %#", (text) => {
    expect(read(text)).toBeNull();
  });
});
