import { describe, expect, it } from "vitest";
import { en } from "../../src/i18n/en";
import { loadTranslator } from "../../src/i18n/load";
import type { Messages, Plural } from "../../src/logic/i18n";
import { INTERFACE_LANGUAGES, preferredInterface } from "../../src/logic/languages";

const holes = (pattern: string): string[] => (pattern.match(/\{\w+\}/g) ?? []).sort();
const english = Object.entries(en) as [keyof Messages, string | Plural][];

describe.each(INTERFACE_LANGUAGES)("the interface in %s", async (language) => {
  const catalogue = ((await import(`../../src/i18n/${language}.ts`)) as Record<string, Messages>)[language] as Messages;

  it("has every text, each with the values that belong in it", () => {
    for (const [key, pattern] of english) {
      if (typeof pattern === "string") expect([key, holes(catalogue[key] as string)]).toEqual([key, holes(pattern)]);
    }
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
  });

  it("has a form for every count that people meet", () => {
    const rules = new Intl.PluralRules(language);
    const met = new Set([0, 1, 2, 3, 5, 11, 21, 100, 102].map((count) => rules.select(count)));
    for (const [key, pattern] of english) {
      if (typeof pattern === "string") continue;
      const forms = catalogue[key] as Plural;
      expect([key, [...met].filter((rule) => forms[rule] === undefined)]).toEqual([key, []]);
    }
  });

  it("leaves nothing in English", () => {
    if (language === "en") return;
    const same = english.filter(
      ([key, pattern]) => typeof pattern === "string" && pattern.split(" ").length > 2 && catalogue[key] === pattern,
    );
    expect(same.map(([key]) => key)).toEqual([]);
  });
});

it("puts a label before what it stands for as each language sets colons", async () => {
  const set = async (code: (typeof INTERFACE_LANGUAGES)[number]) => (await loadTranslator(code)).labelled("A", "b");
  expect(await Promise.all((["en", "fr", "ar", "ja", "zh", "hi"] as const).map(set))).toEqual([
    "A: b",
    "A\u00a0: b",
    "A: b",
    "A：b",
    "A：b",
    "A: b",
  ]);
});

/** What must not stand in a text: signs of another language's punctuation, and spaces where a line may break wrongly. */
const MISPRINTS: Readonly<Partial<Record<(typeof INTERFACE_LANGUAGES)[number], RegExp>>> = {
  fr: /[^\S\u00a0][:;?!»%]|«[^\u00a0]|[^\s][;?!»]/,
  de: / %/,
  es: / %|^[^¿]*\?|^[^¡]*!/,
  it: / %/,
  pt: / %/,
  ar: /[,;?%]/,
  hi: /[a-z\u0900-\u097f]\.(?:\s|$)/,
  zh: /[,;:?!()]/,
  ja: /[,;:?!()]/,
};
/** Written by machines, as they stand: commands and codes. */
const VERBATIM = /\/translate[\s\S]*|\s?en,es,fr\s?/;

type Catalogue = Readonly<Record<string, string | Plural>>;
const formsOf = (pattern: string | Plural): string[] =>
  typeof pattern === "string" ? [pattern] : Object.values(pattern);
const PAGES = {
  "the meeting": (code: string) => import(`../../src/i18n/${code}.ts`),
  "what speaks a text": (code: string) => import(`../../src/speech/words/${code}.ts`),
  operators: (code: string) => import(`../../src/admin/words/${code}.ts`),
  "the extension": (code: string) => import(`../../../extension/src/i18n/${code}.ts`),
} as const;

describe.each(
  INTERFACE_LANGUAGES.flatMap((language) =>
    Object.entries(PAGES).map(([page, words]) => [language, page, words] as const),
  ),
)("the signs of %s, page of %s", async (language, _, words) => {
  const [catalogue, english] = (await Promise.all(
    [language, "en"].map(async (code) => ((await words(code)) as Record<string, Catalogue>)[code]),
  )) as [Catalogue, Catalogue];
  const texts = Object.entries(catalogue).flatMap(([key, pattern]) =>
    formsOf(pattern).map((text) => [key, text] as const),
  );

  it("are its own, and typographic", () => {
    const wrong = texts.filter(([, text]) => {
      const words = text.replace(VERBATIM, "");
      return MISPRINTS[language]?.test(words) || /["'`]|\.{3}|\s{2}|\s$/.test(words);
    });
    expect(wrong).toEqual([]);
  });

  it("say nothing in English, and have a form for every count that people meet", () => {
    const rules = new Intl.PluralRules(language);
    const met = [...new Set([0, 1, 2, 3, 5, 11, 21, 100, 102].map((count) => rules.select(count)))];
    const counted = Object.entries(catalogue).filter(([, pattern]) => typeof pattern !== "string");
    expect(counted.filter(([, forms]) => met.some((rule) => !(rule in (forms as Plural))))).toEqual([]);
    const same = texts.filter(
      ([key, text]) => language !== "en" && text.split(" ").length > 2 && english[key] === text,
    );
    expect(same).toEqual([]);
  });

  it("end a sentence where the English ends one, and hold the same values", () => {
    const ends = (text: string): boolean => /[.。।]$/.test(text);
    const pattern = (key: string): string => formsOf(english[key] ?? "").at(-1) ?? "";
    expect(texts.filter(([key, text]) => ends(text) !== ends(pattern(key)))).toEqual([]);
    const single = texts.filter(([key]) => typeof catalogue[key] === "string");
    expect(single.filter(([key, text]) => holes(text).join() !== holes(pattern(key)).join())).toEqual([]);
  });
});

describe("counting", () => {
  it.each([
    ["en", 1, "1 person is here"],
    ["en", 5, "5 people are here"],
    ["ar", 2, "شخصان هنا"],
    ["ar", 3, "3 أشخاص هنا"],
    ["ja", 1, "1 人が参加中"],
    ["fr", 0, "0 personne est là"],
  ] as const)("in %s: %i", async (language, count, text) => {
    const translator = await loadTranslator(language);

    expect(translator.count("people.here", count)).toBe(text);
  });
});

describe("what is put into a sentence", () => {
  it("is written as its language writes it there: a language's name is capital only where the sentence begins", async () => {
    const [spanish, german] = await Promise.all([loadTranslator("es"), loadTranslator("de")]);

    expect(spanish.text("people.speaks", { language: "inglés" })).toBe("habla inglés");
    expect(spanish.text("org.removeLanguage", { language: "inglés" })).toBe("Quitar inglés");
    expect(german.text("org.removeLanguage", { language: "englisch" })).toBe("Englisch entfernen");
    expect(german.text("remove.title", { name: "eBay" })).toBe("eBay entfernen?");
  });

  it("keeps its own direction", async () => {
    const [english, arabic] = await Promise.all([loadTranslator("en"), loadTranslator("ar")]);

    expect(english.text("remove.title", { name: "Ana" })).toBe("Remove Ana?");
    expect(english.text("remove.title", { name: "\u0645\u062d\u0645\u062f" })).toBe(
      "Remove \u2068\u0645\u062d\u0645\u062f\u2069?",
    );
    expect(arabic.text("room.label", { title: "Budget (2026)" })).toContain("\u2068Budget (2026)\u2069");
    expect(arabic.text("room.label", { title: "\u0645\u062d\u0645\u062f" })).not.toContain("\u2068");
  });
});

describe("the interface's language", () => {
  it("is the first of the browser's that there is, else English", () => {
    expect(preferredInterface(["nl", "pt-BR", "en"])).toBe("pt");
    expect(preferredInterface(["nl"])).toBe("en");
  });
});
