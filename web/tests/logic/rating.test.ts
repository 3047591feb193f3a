import { expect, test } from "vitest";
import type { CaptionText, Passage } from "../../src/logic/captions";
import { heardVoice, ratable } from "../../src/logic/rating";

function text(language: string, committed: string, more: Partial<CaptionText> = {}): CaptionText {
  return {
    language,
    translated: language !== "en",
    committed,
    tentative: "",
    final: true,
    note: "",
    doubt: "",
    ...more,
  };
}

function passage(key: string, ...texts: CaptionText[]): Passage {
  return {
    key,
    epoch: "e",
    segment: key,
    speaker: "ana",
    sourceLanguage: "en",
    startMs: 0,
    endMs: 1,
    firstSeenMs: 0,
    history: false,
    texts,
  };
}

const DONE = passage("e:1", text("en", "Good morning."), text("es", "Buenos días."));
const UNDER_WAY = passage("e:2", text("en", "It is"), text("es", "Es", { final: false }));
const UNTRANSLATED = passage("e:3", text("en", "Well."), text("es", "Well.", { note: "late" }));
const LATER = passage("e é:4", text("en", "Bye."), text("es-MX", "Adiós."));

test("captions that are done can be rated in the language that is read, the newest first", () => {
  expect(ratable([DONE, UNDER_WAY, UNTRANSLATED, LATER], "es", 5)).toEqual([
    { about: "caption", thing: "e%20%C3%A9%3A4%20es-MX", source: "en", target: "es-MX", words: "Bye. → Adiós." },
    { about: "caption", thing: "e%3A1%20es", source: "en", target: "es", words: "Good morning. → Buenos días." },
  ]);
  expect(ratable([DONE, LATER], "es", 1).map((each) => each.target)).toEqual(["es-MX"]);
  expect(ratable([DONE], "fr", 5)).toEqual([]);
});

test("whoever reads originals rates originals", () => {
  expect(ratable([DONE], null, 5)).toEqual([
    { about: "caption", thing: "e%3A1%20en", source: "en", target: "en", words: "Good morning." },
  ]);
});

test("words and names have the bounds of the service", () => {
  const [long] = ratable([passage("x".repeat(200), text("en", "😀".repeat(2000)))], null, 1);
  expect([...(long?.words ?? "")]).toHaveLength(1000);
  expect(long?.thing).toHaveLength(100);
});

test("a voice can be rated where one is heard", () => {
  expect(heardVoice("off")).toBeNull();
  expect(heardVoice("es")).toEqual({ about: "voice", thing: "voice%20es", source: "auto", target: "es", words: "" });
});
