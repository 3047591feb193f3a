import { describe, expect, it } from "vitest";
import type { CaptionText, Passage } from "../../src/logic/captions";
import { Announcer, shown, type CaptionChoice } from "../../src/logic/captionView";

const text = (language: string, committed: string, more: Partial<CaptionText> = {}): CaptionText => ({
  language,
  translated: language !== "en",
  committed,
  tentative: "",
  final: true,
  note: "",
  doubt: "",
  ...more,
});
const passage = (key: string, speaker: string, ...texts: CaptionText[]): Passage => ({
  key,
  epoch: "agent-1",
  segment: key,
  speaker,
  sourceLanguage: "en",
  startMs: 0,
  endMs: 0,
  firstSeenMs: 0,
  history: false,
  texts,
});
const SPANISH: CaptionChoice = { mode: "translation", language: "es", offered: null, calm: false };

describe("what is shown", () => {
  it("is the translation alone, with names where the speaker changes", () => {
    const lines = shown(
      [
        passage("1", "anna", text("en", "Hello."), text("es", "Hola.")),
        passage("2", "anna", text("en", "Well."), text("es", "Bien.")),
        passage("3", "bob", text("es", "Gracias.")),
      ],
      SPANISH,
      10,
    );

    expect(lines.map((line) => [line.speaker, line.named, line.texts.map((one) => one.committed)])).toEqual([
      ["anna", true, ["Hola."]],
      ["anna", false, ["Bien."]],
      ["bob", true, ["Gracias."]],
    ]);
  });

  it("has the translation above its original where both are read", () => {
    const [line] = shown(
      [passage("1", "anna", text("en", "Hello."), text("es", "Hola."))],
      { ...SPANISH, mode: "both" },
      10,
    );

    expect(line?.texts.map((one) => one.kind)).toEqual(["translation", "original"]);
  });

  it("says an original once to those who read its language", () => {
    const [line] = shown(
      [passage("1", "anna", text("en", "Hello."))],
      { mode: "both", language: "en", offered: null, calm: false },
      10,
    );

    expect(line?.texts.map((one) => one.committed)).toEqual(["Hello."]);
  });

  it("never shows in calm mode what may still change", () => {
    const draft = text("es", "Buenos ", { tentative: "dias", final: false });
    const onlyDraft = text("es", "", { tentative: "quizá", final: false });

    const lines = shown([passage("1", "anna", draft), passage("2", "anna", onlyDraft)], { ...SPANISH, calm: true }, 10);

    expect(lines.map((line) => line.texts.map((one) => one.committed + one.tentative))).toEqual([["Buenos "]]);
  });

  it("is the original, and says instead of what, where nobody translates into the reader's language", () => {
    const passages = [passage("1", "anna", text("en", "Hello.")), passage("2", "otto", text("de", "Hallo."))];
    const german = { language: "de-AT", offered: ["en", "es"], calm: false } as const;
    const seen = (mode: CaptionChoice["mode"], offered: readonly string[] | null = german.offered) =>
      shown(passages, { ...german, mode, offered }, 10).map(({ texts }) =>
        texts.map((one) => [one.committed, one.instead]),
      );

    expect(seen("translation")).toEqual([[["Hello.", "de-AT"]], [["Hallo.", ""]]]);
    expect(seen("both")).toEqual([[["Hello.", "de-AT"]], [["Hallo.", ""]]]);
    expect(seen("original")).toEqual([[["Hello.", ""]]]);
    expect(seen("off")).toEqual([]);
    expect(seen("translation", ["de", "en"])).toEqual([[["Hallo.", ""]]]);
    expect(seen("translation", null)).toEqual([[["Hallo.", ""]]]);
  });

  it("carries the doubt about a translation", () => {
    const [line] = shown([passage("1", "anna", text("es", "53 personas", { doubt: "numbers changed" }))], SPANISH, 10);

    expect(line?.texts.map((one) => one.doubt)).toEqual(["numbers changed"]);
  });

  it("is no more than was asked for, the newest", () => {
    const many = Array.from({ length: 9 }, (_, at) => passage(String(at), "anna", text("es", `${at}`)));

    expect(shown(many, SPANISH, 2).map((line) => line.key)).toEqual(["7", "8"]);
  });
});

describe("what a screen reader is told", () => {
  const nameOf = (identity: string) => identity.toUpperCase();

  it("is each finished sentence once, never a draft and never history", () => {
    const announcer = new Announcer();
    const passages = [
      { ...passage("0", "anna", text("es", "Antes.")), history: true },
      passage("1", "anna", text("es", "Hola.")),
      passage("2", "anna", text("es", "Bue", { final: false })),
    ];

    expect(announcer.take(passages, SPANISH, nameOf)).toBe("ANNA: Hola.");
    expect(announcer.take(passages, SPANISH, nameOf)).toBe("");
  });

  it("is no flood: of many new sentences the newest", () => {
    const many = Array.from({ length: 9 }, (_, at) => passage(String(at), "anna", text("es", `${at}`)));

    expect(new Announcer(2).take(many, SPANISH, nameOf)).toBe("ANNA: 7\nANNA: 8");
  });
});
