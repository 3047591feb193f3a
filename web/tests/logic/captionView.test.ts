import { describe, expect, it } from "vitest";
import type { CaptionText, Passage } from "../../src/logic/captions";
import {
  Announcer,
  shown,
  type CaptionChoice,
  type FormerReading,
  type ShownParagraph,
} from "../../src/logic/captionView";

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
const read = (passages: readonly Passage[], choice: CaptionChoice, most: number, former?: readonly FormerReading[]) =>
  shown({ all: passages }, choice, most, former);
const texts = ({ rows }: ShownParagraph) => rows.flatMap(({ clauses }) => clauses);
const SPANISH: CaptionChoice = { mode: "translation", language: "es", offered: null, calm: false };

describe("what is shown", () => {
  it("is the translation alone, with names where the speaker changes", () => {
    const lines = read(
      [
        passage("1", "anna", text("en", "Hello."), text("es", "Hola.")),
        passage("2", "anna", text("en", "Well."), text("es", "Bien.")),
        passage("3", "bob", text("es", "Gracias.")),
      ],
      SPANISH,
      10,
    );

    expect(lines.map((line) => [line.speaker, line.named, texts(line!).map((one) => one.committed)])).toEqual([
      ["anna", true, ["Hola.", "Bien."]],
      ["bob", true, ["Gracias."]],
    ]);
  });

  it("goes on in one paragraph, in each of the two languages that are read", () => {
    const clauses = [
      passage("1", "anna", text("en", "We have"), text("es", "Tenemos")),
      { ...passage("2", "anna", text("en", "new rooms."), text("es", "salas nuevas.")), startMs: 500, endMs: 900 },
      { ...passage("3", "anna", text("en", "And now")), startMs: 1000, endMs: 1500 },
    ];
    const [both, ...others] = read(clauses, { ...SPANISH, mode: "both" }, 10);

    expect(others).toEqual([]);
    expect(both!.rows.map((row) => [row.kind, row.language, row.clauses.map((one) => one.committed)])).toEqual([
      ["translation", "es", ["Tenemos", "salas nuevas."]],
      ["original", "en", ["We have", "new rooms.", "And now"]],
    ]);
  });

  it("keeps its paragraphs when older clauses are not shown any more", () => {
    const talk = Array.from({ length: 200 }, (_, at) => ({
      ...passage(String(at), "anna", text("es", at % 3 ? "y más" : "Y ya.")),
      startMs: at * 1000,
      endMs: at * 1000 + 900,
    }));
    const keys = (all: readonly Passage[]) => read(all, SPANISH, 50).map(({ key }) => key);

    for (let length = 150; length < 200; length += 1) {
      const before = keys(talk.slice(0, length));
      const after = keys(talk.slice(0, length + 1));
      expect([before.at(-2), before.at(-1)].filter((key) => after.includes(key!))).toHaveLength(2);
      expect(after.slice(0, 3)).toEqual(
        expect.arrayContaining(after.slice(0, 3).filter((key) => before.includes(key))),
      );
    }
    const clauses = read(talk, SPANISH, 50).flatMap(texts);
    expect(clauses).toHaveLength(50);
  });

  it("keeps what was read before another language was chosen, as far as it will not change", () => {
    const all = [
      { ...passage("1", "anna", text("en", "One."), text("es", "Uno.")), firstSeenMs: 10 },
      {
        ...passage("2", "anna", text("en", "Two."), text("es", "Dos", { tentative: " y", final: false })),
        firstSeenMs: 20,
      },
      { ...passage("3", "anna", text("en", "Three."), text("es", "Tres."), text("fr", "Trois.")), firstSeenMs: 30 },
      { ...passage("4", "anna", text("en", "Four.")), firstSeenMs: 50 },
    ];
    const french: CaptionChoice = { mode: "translation", language: "fr", offered: null, calm: false };
    const former: FormerReading[] = [
      { mode: "original", language: "es", untilMs: 15 },
      { mode: "translation", language: "es", untilMs: 40 },
    ];
    const shownNow = (choice: CaptionChoice) =>
      read(all, choice, 10, former).map((one) => [
        one.former,
        texts(one).map((text) => text.committed + text.tentative),
      ]);

    expect(shownNow(french)).toEqual([
      [true, ["One."]],
      [true, ["Dos"]],
      [false, ["Trois."]],
    ]);
    expect(shownNow({ ...french, mode: "off" })).toEqual([]);
    expect(shownNow({ ...french, mode: "original" }).map(([kept]) => kept)).toEqual([false]);
  });

  it("says a clause that was not translated once, in the language that it is in", () => {
    const one = passage("1", "anna", text("en", "Hello."), text("es", "Hello.", { note: "no route" }));
    const [line] = read([one], { ...SPANISH, mode: "both" }, 10);

    expect(texts(line!).map(({ committed, language, note }) => [committed, language, note])).toEqual([
      ["Hello.", "en", "no route"],
    ]);
  });

  it("has the translation above its original where both are read", () => {
    const [line] = read(
      [passage("1", "anna", text("en", "Hello."), text("es", "Hola."))],
      { ...SPANISH, mode: "both" },
      10,
    );

    expect(texts(line!).map((one) => one.kind)).toEqual(["translation", "original"]);
  });

  it("says an original once to those who read its language", () => {
    const [line] = read(
      [passage("1", "anna", text("en", "Hello."))],
      { mode: "both", language: "en", offered: null, calm: false },
      10,
    );

    expect(texts(line!).map((one) => one.committed)).toEqual(["Hello."]);
  });

  it("never shows in calm mode what may still change", () => {
    const draft = text("es", "Buenos ", { tentative: "dias", final: false });
    const onlyDraft = text("es", "", { tentative: "quizá", final: false });

    const lines = read([passage("1", "anna", draft), passage("2", "anna", onlyDraft)], { ...SPANISH, calm: true }, 10);

    expect(lines.map((line) => texts(line!).map((one) => one.committed + one.tentative))).toEqual([["Buenos "]]);
  });

  it("is the original, and says instead of what, where nobody translates into the reader's language", () => {
    const passages = [passage("1", "anna", text("en", "Hello.")), passage("2", "otto", text("de", "Hallo."))];
    const german = { language: "de-AT", offered: ["en", "es"], calm: false } as const;
    const seen = (mode: CaptionChoice["mode"], offered: readonly string[] | null = german.offered) =>
      read(passages, { ...german, mode, offered }, 10).map((line) =>
        texts(line).map((one) => [one.committed, one.instead]),
      );

    expect(seen("translation")).toEqual([[["Hello.", "de-AT"]], [["Hallo.", ""]]]);
    expect(seen("both")).toEqual([[["Hello.", "de-AT"]], [["Hallo.", ""]]]);
    expect(seen("original")).toEqual([[["Hello.", ""]]]);
    expect(seen("off")).toEqual([]);
    expect(seen("translation", ["de", "en"])).toEqual([[["Hallo.", ""]]]);
    expect(seen("translation", null)).toEqual([[["Hallo.", ""]]]);
  });

  it("carries the doubt about a translation", () => {
    const [line] = read([passage("1", "anna", text("es", "53 personas", { doubt: "numbers_changed" }))], SPANISH, 10);

    expect(texts(line!).map((one) => one.doubt)).toEqual(["numbers_changed"]);
  });

  it("is no more than was asked for, the newest", () => {
    const many = Array.from({ length: 9 }, (_, at) => passage(String(at), "anna", text("es", `${at}`)));

    expect(
      read(many, SPANISH, 2)
        .flatMap(texts)
        .map(({ key }) => key),
    ).toEqual(["7", "8"]);
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

    expect(announcer.take({ all: passages }, SPANISH, nameOf)).toBe("ANNA: Hola.");
    expect(announcer.take({ all: passages }, SPANISH, nameOf)).toBe("");
  });

  it("is no flood: of many new sentences the newest", () => {
    const many = Array.from({ length: 9 }, (_, at) => passage(String(at), "anna", text("es", `${at}`)));

    expect(new Announcer(2).take({ all: many }, SPANISH, nameOf)).toBe("ANNA: 7\nANNA: 8");
  });
});
