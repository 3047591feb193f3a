import { describe, expect, it } from "vitest";
import type { GlossaryEntry } from "../../src/logic/glossary";
import { recordedTranscript } from "../../src/logic/recordedTranscript";
import { corrected } from "../../src/logic/termCorrection";

/** What an English clause and its translation become. */
function fixed(original: string, translation: string, entries: GlossaryEntry | GlossaryEntry[], language = "es") {
  const line = (code: string, text: string): string =>
    JSON.stringify({
      segment: "1.1-1",
      speaker: "ana",
      name: "Ana",
      language: code,
      source_language: "en",
      start_s: 1,
      end_s: 2,
      text,
      note: "",
      doubt: "",
    });
  const lines = [line("en", original), line(language, translation)].join("\n");
  const transcript = recordedTranscript([{ part: "p", beganMs: 0, text: lines }], "");
  const { clauses, entries: shown } = corrected(transcript, { entries: [entries].flat() });
  expect(clauses[0]?.texts.find((text) => text.original)?.text).toBe(original);
  expect(shown[0]?.texts.length).toBe(2);
  const text = clauses[0]?.texts.find((one) => !one.original);
  return { text: text?.text, doubt: text?.doubt };
}

const HIVE: GlossaryEntry = { source: "hive", language: "en", translations: { es: "HIVE", fr: "la Ruche" } };

describe("a term that was corrected afterwards", () => {
  it("replaces the term that was left as it is, and its writing in another language", () => {
    expect(fixed("open the hive now", "abra hive ahora", { ...HIVE, translations: { es: "la colmena" } })).toEqual({
      text: "abra la colmena ahora",
      doubt: "",
    });
    expect(fixed("open the hive now", "abra la Ruche ahora", HIVE).text).toBe("abra HIVE ahora");
  });

  it("leaves alone what is right already, and clauses without the term", () => {
    expect(fixed("open the hive", "abra HIVE", HIVE)).toEqual({ text: "abra HIVE", doubt: "" });
    expect(fixed("open the door", "abra la Ruche", HIVE)).toEqual({ text: "abra la Ruche", doubt: "" });
  });

  it("puts capitals right, and knows a sentence's beginning", () => {
    expect(fixed("open the hive", "abra hive", HIVE).text).toBe("abra HIVE");
    const small = { source: "hive", language: "en", translations: { es: "colmena" } };
    expect(fixed("the hive is open", "Colmena abierta", small)).toEqual({ text: "Colmena abierta", doubt: "" });
  });

  it("takes whole words only, whatever signs the term has", () => {
    const entry = { source: "C++", language: "en", translations: { es: "CPP" } };
    expect(fixed("we write C++ here", "escribimos C++, y C++11", entry).text).toBe("escribimos CPP, y C++11");
    expect(fixed("archives are old", "los archivos hive", HIVE).text).toBe("los archivos hive");
  });

  it("says what it could not find instead of guessing", () => {
    expect(fixed("open the hive", "abra la colmena", HIVE)).toEqual({
      text: "abra la colmena",
      doubt: "hive → HIVE?",
    });
  });

  it("finds terms in scripts without blanks, and keeps signs of the new writing as they are", () => {
    const entry = { source: "Acme", language: "en", translations: { ja: "アクメ$&", zh: "艾克米" } };
    expect(fixed("Acme is here", "Acme がここに", entry, "ja").text).toBe("アクメ$& がここに");
    expect(
      fixed("Acme is here", "這裡是艾克米公司", { ...entry, translations: { ja: "艾克米", zh: "頂點" } }, "zh").text,
    ).toBe("這裡是頂點公司");
  });

  it("takes the longer term before the shorter one in it", () => {
    const entries = [
      { source: "Acme", language: "en", translations: { es: "Ápex" } },
      { source: "Acme Cloud", language: "en", translations: { es: "Nube Ápex" } },
    ];
    expect(fixed("Acme Cloud is new", "Acme Cloud es nuevo", entries).text).toBe("Nube Ápex es nuevo");
  });
});
