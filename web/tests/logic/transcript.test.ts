import { describe, expect, it } from "vitest";
import type { Passage } from "../../src/logic/captions";
import { inLanguage, transcriptOf, type Transcript } from "../../src/logic/transcript";
import { fileName, write, type TextFormat } from "../../src/logic/transcriptFiles";
import { UNMARKED } from "../marks";

function passage(
  number: number,
  speaker: string,
  startMs: number,
  firstSeenMs: number,
  words: Record<string, string>,
): Passage {
  const segment = `${speaker}/${number}-1`;
  return {
    key: `agent-1:${segment}`,
    epoch: "agent-1",
    segment,
    speaker,
    sourceLanguage: "en",
    startMs,
    endMs: startMs + 1500,
    firstSeenMs,
    history: false,
    texts: Object.entries(words).map(([language, committed]) => ({
      language,
      translated: language !== "en",
      committed,
      tentative: "",
      final: true,
      note: "",
      doubt: "",
    })),
  };
}

const saved = (transcript: Transcript, format: TextFormat): string => write(transcript, format, "en", UNMARKED, "UTC");

const BEGAN = Date.UTC(2026, 10, 21, 9, 0, 0);
const PASSAGES: readonly Passage[] = [
  passage(1, "anna", 0, BEGAN + 1000, { en: "Good morning.", es: "Buenos días." }),
  // What Bob said reached this browser late; it was said between Anna's two.
  passage(1, "bob", 10_500, BEGAN + 18_000, { en: "Hi <all> & welcome.", es: "Hola a todos." }),
  passage(2, "anna", 15_000, BEGAN + 16_300, { en: "Let us begin.", es: "Empecemos." }),
];
const NAMES: Record<string, string> = { anna: "Anna", bob: "Bob" };
const transcript = transcriptOf(PASSAGES, "Board meeting", (identity) => NAMES[identity] ?? identity);

describe("a transcript", () => {
  it("has one clock for all, taken from the captions that came quickest", () => {
    expect(transcript.entries.map(({ name, startMs }) => [name, startMs])).toEqual([
      ["Anna", 0],
      ["Bob", 10_500],
      ["Anna", 15_000],
    ]);
  });

  it("leaves out drafts", () => {
    const draft = { ...PASSAGES[0]!, texts: PASSAGES[0]!.texts.map((text) => ({ ...text, final: false })) };

    expect(transcriptOf([draft], "x", String).entries).toEqual([]);
  });

  it("is written as WebVTT with voices, escaped", () => {
    expect(saved(inLanguage(transcript, "en"), "vtt")).toBe(
      [
        "WEBVTT - Board meeting\n",
        "1\n00:00:00.000 --> 00:00:01.500\n<v Anna>Good morning.</v>\n",
        "2\n00:00:10.500 --> 00:00:12.000\n<v Bob>Hi &lt;all&gt; &amp; welcome.</v>\n",
        "3\n00:00:15.000 --> 00:00:16.500\n<v Anna>Let us begin.</v>\n",
      ].join("\n"),
    );
  });

  it("is written as WebVTT with all languages of a cue below each other", () => {
    expect(saved(transcript, "vtt").split("\n\n")[1]).toBe(
      "1\n00:00:00.000 --> 00:00:01.500\n<v Anna><lang en>Good morning.</lang>\n<lang es>Buenos días.</lang></v>",
    );
  });

  it("is written as SRT", () => {
    expect(saved(inLanguage(transcript, "es"), "srt").split("\n\n")[2]).toBe(
      "3\n00:00:15,000 --> 00:00:16,500\nAnna: Empecemos.\n",
    );
  });

  it("is written as text", () => {
    expect(saved(inLanguage(transcript, "es"), "txt").split("\n").slice(3)).toEqual([
      "[00:00:00] Anna: Buenos días.",
      "[00:00:10] Bob: Hola a todos.",
      "[00:00:15] Anna: Empecemos.",
      "",
    ]);
  });

  it("is written as JSON, aligned", () => {
    const { began_at: beganAt, languages, entries } = JSON.parse(saved(transcript, "json"));

    expect([beganAt, languages]).toEqual(["2026-11-21T09:00:01.000Z", ["en", "es"]]);
    expect(entries[1]).toEqual({
      speaker: "Bob",
      identity: "bob",
      start_s: 10.5,
      end_s: 12,
      source_language: "en",
      texts: { en: "Hi <all> & welcome.", es: "Hola a todos." },
      missing: {},
      doubts: {},
    });
  });

  it("keeps what was spoken where originals are asked for", () => {
    expect(inLanguage(transcript, "original").entries.map((entry) => entry.texts.map((one) => one.language))).toEqual([
      ["en"],
      ["en"],
      ["en"],
    ]);
  });

  it("gets a name that every file system takes", () => {
    expect(fileName("Q3: plan / Übersicht?", "es", "vtt")).toBe("Q3-plan-Übersicht.es.vtt");
    expect(fileName("///", "es", "srt")).toBe("meeting.es.srt");
  });
});

function said(words: Record<string, string>, name: string, title = "Talk", notes: Record<string, string> = {}) {
  const one = passage(1, "ana", 0, BEGAN, words);
  const texts = one.texts.map((text) => ({ ...text, note: notes[text.language] ?? "" }));
  return transcriptOf([{ ...one, texts }], title, () => name);
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FORMATS = ["vtt", "srt", "txt", "json"] as const;
const HOSTILE: [string, Partial<Passage>][] = [
  ["a start that no date can hold", { startMs: 1e300 }],
  ["an end that no date can hold", { endMs: 1e300 }],
  ["an infinite start", { startMs: Number.POSITIVE_INFINITY, endMs: Number.POSITIVE_INFINITY }],
  ["no number", { startMs: Number.NaN, endMs: Number.NaN }],
  ["a time before the beginning", { startMs: -1e300, endMs: -5 }],
  ["six days from now", { startMs: 6 * DAY, endMs: 6 * DAY + 1000 }],
  ["a week", { startMs: 7 * DAY, endMs: 7 * DAY }],
  ["the very beginning", { startMs: 0, endMs: 7 * DAY }],
  ["an end before its start", { startMs: 5000, endMs: 0 }],
  ["languages that are none", { sourceLanguage: "<b>", texts: [{ ...PASSAGES[0]!.texts[0]!, language: "a/../b" }] }],
  [
    "names of other things",
    {
      speaker: "__proto__",
      sourceLanguage: "__proto__",
      texts: [{ ...PASSAGES[0]!.texts[0]!, language: "__proto__" }],
    },
  ],
  ["half a letter", { speaker: "\ud83d", texts: [{ ...PASSAGES[0]!.texts[0]!, committed: "\ud83d \udc4b" }] }],
];

describe("one passage with impossible claims", () => {
  const known = new Map(Object.entries(NAMES));
  const nameOf = (identity: string): string => known.get(identity) ?? identity;
  const others = (passages: readonly Passage[]) => {
    const { beganMs, entries } = transcriptOf(passages, "Board", nameOf);
    return entries.filter(({ speaker }) => known.has(speaker)).map(({ startMs }) => beganMs + startMs);
  };
  /** Six people said something, each heard two seconds after it was said. */
  const meeting = Array.from({ length: 6 }, (_, at) =>
    passage(at, at % 2 ? "anna" : "bob", HOUR + at * 5000, BEGAN + 2000 + at * 5000, { en: "Yes." }),
  );

  for (const history of [false, true]) {
    it.each(HOSTILE)(`moves no other one: %s, sent again: ${history}`, (_, claims) => {
      const odd = { ...passage(99, "eve", HOUR, BEGAN + 20_000, { en: "Forged." }), history, ...claims };

      expect(others([...meeting, odd])).toEqual(others(meeting));
    });
  }

  it.each(HOSTILE)("does not keep the rest from being saved: %s", (_, claims) => {
    const odd = { ...passage(99, "eve", HOUR, BEGAN + 20_000, { en: "Forged." }), ...claims };
    for (const passages of [[odd], [...meeting, odd]]) {
      const all = transcriptOf(passages, "Board", nameOf);
      for (const format of FORMATS) {
        for (const which of [all, inLanguage(all, "en"), inLanguage(all, "original")]) {
          expect(saved(which, format)).not.toMatch(/e\+|NaN|Infinity/);
        }
      }
      for (const { startMs, endMs } of all.entries) {
        expect(endMs - startMs).toBeGreaterThanOrEqual(500);
        expect(endMs).toBeLessThanOrEqual(8 * DAY);
      }
    }
  });

  it.each([0, 1, -1e300, 1e300, Number.NaN, 8.64e15])("is saved whatever this computer's clock says: %s", (nowMs) => {
    const all = transcriptOf([{ ...PASSAGES[0]!, firstSeenMs: nowMs }], "Board", nameOf);
    for (const format of FORMATS) expect(saved(all, format)).toContain("Good morning.");
  });

  it("is placed where it was seen, however late it claims to be", () => {
    const odd = passage(99, "eve", HOUR + 6 * DAY, BEGAN + 20_000, { en: "Forged." });
    const { beganMs, entries } = transcriptOf([...meeting, odd], "Board", nameOf);

    expect(beganMs + entries.find(({ speaker }) => speaker === "eve")!.startMs).toBe(BEGAN + 20_000);
  });
});

describe("what was sent again", () => {
  it("keeps its distances where nothing else is known", () => {
    const again = [0, 60_000, 20 * 60_000].map((ms, at) => ({
      ...passage(at, "anna", ms, BEGAN, { en: "Yes." }),
      history: true,
    }));

    expect(transcriptOf(again, "Board", String).entries.map(({ startMs }) => startMs)).toEqual([
      0,
      60_000,
      20 * 60_000,
    ]);
  });

  it("stands on the clock of what is heard as soon as there is something", () => {
    const again = { ...passage(1, "anna", 0, BEGAN + 30 * 60_000, { en: "Before." }), history: true };
    const now = passage(2, "bob", 31 * 60_000, BEGAN + 31 * 60_000 + 1500, { en: "Now." });

    expect(transcriptOf([again, now], "Board", String).entries.map(({ startMs }) => startMs)).toEqual([0, 31 * 60_000]);
  });
});

describe("words that look like marks of a file", () => {
  const hard = said({ en: "5 < 6 & a --> b <i>x</i>" }, "Ana > <b> --> X");

  it("are replaced in SRT, which cannot escape them", () => {
    expect(saved(hard, "srt")).toBe("1\n00:00:00,000 --> 00:00:01,500\nAna › ‹b› → X: 5 ‹ 6 & a → b ‹i›x‹/i›\n");
  });

  it("are escaped in WebVTT", () => {
    expect(saved(hard, "vtt")).toBe(
      "WEBVTT - Talk\n\n1\n00:00:00.000 --> 00:00:01.500\n" +
        "<v Ana &gt; &lt;b&gt; --&gt; X>5 &lt; 6 &amp; a --&gt; b &lt;i&gt;x&lt;/i&gt;</v>\n",
    );
  });

  it("stay as they are in text and JSON", () => {
    expect(saved(hard, "txt").split("\n")[3]).toBe("[00:00:00] Ana > <b> --> X: 5 < 6 & a --> b <i>x</i>");
    expect(JSON.parse(saved(hard, "json")).entries[0].texts).toEqual({ en: "5 < 6 & a --> b <i>x</i>" });
  });

  it.each([
    ["a line break", "Ana\nMaria\r\n\r\nPérez", "Ana Maria Pérez"],
    ["separators of Unicode", "Ana\u2028Maria\u0085\u0000Pérez", "Ana Maria Pérez"],
    ["a byte order mark", "\ufeffAna\ufeff", "Ana"],
    ["marks that turn writing round", "\u202eAna\u2067", "Ana"],
    ["nothing to be seen", " \u202e ", "ana"],
  ])("leave the line of a cue whole: %s in a name", (_, name, expected) => {
    const odd = said({ en: "Hello." }, name);

    expect(saved(odd, "srt").split("\n").slice(2)).toEqual([`${expected}: Hello.`, ""]);
    expect(saved(odd, "vtt").split("\n").slice(4)).toEqual([`<v ${expected}>Hello.</v>`, ""]);
    expect(saved(odd, "txt").split("\n").slice(3)).toEqual([`[00:00:00] ${expected}: Hello.`, ""]);
  });

  it("keep the marks of right-to-left writing within the words", () => {
    expect(saved(said({ he: "\u200fשלום (ABC)\u200f" }, "דנה"), "srt")).toContain("דנה: \u200fשלום (ABC)\u200f\n");
  });

  it("leave the head of WebVTT whole", () => {
    expect(saved(said({ en: "x" }, "a", "A --> B\n\nC"), "vtt").split("\n")[0]).toBe("WEBVTT - A → B C");
    expect(saved(said({ en: "x" }, "a", " "), "vtt").split("\n")[0]).toBe("WEBVTT");
  });

  it("make no cue where there is nothing to be seen", () => {
    expect(said({ en: "\ufeff \u200f" }, "Ana").entries).toEqual([]);
  });

  it("name no language that is none", () => {
    const odd = said({ en: "Hi.", "x> <b": "Ho." }, "Ana");

    expect(saved(odd, "vtt")).toContain("<v Ana><lang en>Hi.</lang>\nHo.</v>");
  });
});

describe("a translation that may be wrong", () => {
  it("keeps its doubt in JSON, and is written like any other elsewhere", () => {
    const one = passage(1, "ana", 0, BEGAN, { en: "35 people", es: "53 personas" });
    const texts = one.texts.map((text) => ({ ...text, doubt: text.language === "es" ? "numbers_changed" : "" }));
    const doubtful = transcriptOf([{ ...one, texts }], "Talk", String);

    expect(JSON.parse(saved(doubtful, "json")).entries[0]).toMatchObject({
      texts: { en: "35 people", es: "53 personas" },
      missing: {},
      doubts: { es: "numbers_changed" },
    });
    expect(saved(inLanguage(doubtful, "es"), "srt")).toContain("\nana: 53 personas\n");
  });
});

describe("a clause that was not translated", () => {
  const both = said({ en: "Good morning.", es: "Good morning." }, "Ana", "Talk", { es: "no route" });
  const alone = said({ es: "Good morning." }, "Ana", "Talk", { es: "no route" });

  it("is marked with its own language", () => {
    for (const transcript of [both, alone]) {
      const spanish = inLanguage(transcript, "es");
      expect(saved(spanish, "srt")).toContain("\nAna: [en] Good morning.\n");
      expect(saved(spanish, "vtt")).toContain("<v Ana>[en] Good morning.</v>");
      expect(saved(spanish, "txt")).toContain("Ana: [en] Good morning.\n");
    }
  });

  it("is marked beside the original too", () => {
    expect(saved(both, "vtt")).toContain("<lang en>Good morning.</lang>\n<lang en>[en] Good morning.</lang>");
    expect(saved(both, "txt")).toContain("    [en] Good morning.\n    [es] [en] Good morning.\n");
  });

  it("keeps its reason in JSON, and its words stand under what they are", () => {
    for (const transcript of [both, alone, inLanguage(both, "es")]) {
      expect(JSON.parse(saved(transcript, "json")).entries[0]).toMatchObject({
        texts: { en: "Good morning." },
        missing: { es: "no route" },
      });
    }
  });

  it("is the original where the original is asked for", () => {
    for (const transcript of [both, alone]) {
      expect(saved(inLanguage(transcript, "original"), "srt")).toContain("\nAna: Good morning.\n");
    }
  });
});

describe("times", () => {
  const at = (...spans: [number, number][]) =>
    transcriptOf(
      spans.map(([startMs, endMs], number) => ({
        ...passage(number, "ana", startMs, BEGAN + startMs, { en: "x" }),
        endMs,
      })),
      "Talk",
      String,
    );
  const HOUR = 3_600_000;

  it("go beyond a hundred hours", () => {
    const long = at([0, 1000], [123 * HOUR + 4567, 123 * HOUR + 9000]);

    expect(saved(long, "vtt")).toContain("123:00:04.567 --> 123:00:09.000");
    expect(saved(long, "srt")).toContain("123:00:04,567 --> 123:00:09,000");
    expect(saved(long, "txt")).toContain("[123:00:04] ana: x");
  });

  it("are never negative, and each cue ends after its beginning", () => {
    const odd = at([5000, 1000], [0, 0]);

    expect(odd.entries.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 500],
      [5000, 5500],
    ]);
  });

  it("never overlap in subtitles, also when several people speak at once", () => {
    const cues = (...said: [string, number, number][]) =>
      transcriptOf(
        said.map(([speaker, startMs, endMs], number) => ({
          ...passage(number, speaker, startMs, BEGAN + startMs, { en: "x" }),
          endMs,
        })),
        "Talk",
        String,
      );
    const spans = (transcript: Transcript, format: TextFormat) =>
      saved(transcript, format).match(/[\d:.,]+ --> [\d:.,]+/g);
    const both = cues(["ana", 0, 9000], ["bob", 2000, 3000], ["eve", 2000, 2100], ["ana", 2200, 9000]);

    expect(spans(both, "vtt")).toEqual([
      "00:00:00.000 --> 00:00:02.000",
      "00:00:02.000 --> 00:00:02.500",
      "00:00:02.500 --> 00:00:03.000",
      "00:00:03.000 --> 00:00:09.000",
    ]);
    expect(spans(both, "srt")).toEqual(spans(both, "vtt")!.map((span) => span.replaceAll(".", ",")));
    expect(JSON.parse(saved(both, "json")).entries[0].end_s).toBe(9);
  });
});

describe("paragraphs of a transcript", () => {
  const clause = (
    number: number,
    startMs: number,
    words: Record<string, string>,
    notes: Record<string, string> = {},
  ) => {
    const one = passage(number, "ana", startMs, BEGAN + startMs, words);
    return { ...one, texts: one.texts.map((text) => ({ ...text, note: notes[text.language] ?? "" })) };
  };
  const talk = transcriptOf(
    [
      clause(1, 0, { en: "We have new rooms", es: "Tenemos salas nuevas" }),
      clause(2, 1600, { en: "and many students.", es: "y muchos alumnos." }),
      clause(3, 3200, { en: "Hear hear.", es: "Hear hear." }, { es: "no route" }),
      clause(4, 4800, { en: "Let us go on.", es: "Sigamos." }),
      clause(5, 9000, { en: "Goodbye.", es: "Adiós." }),
    ],
    "Talk",
    String,
  );

  it("have one name and time each, in each language", () => {
    expect(saved(inLanguage(talk, "original"), "txt").split("\n").slice(3)).toEqual([
      "[00:00:00] ana: We have new rooms and many students. Hear hear. Let us go on.",
      "[00:00:09] ana: Goodbye.",
      "",
    ]);
    expect(JSON.parse(saved(talk, "json")).entries[0]).toMatchObject({
      start_s: 0,
      end_s: 3.1,
      texts: { en: "We have new rooms and many students.", es: "Tenemos salas nuevas y muchos alumnos." },
    });
  });

  it("leave alone what was not translated, so that it can be marked", () => {
    expect(saved(inLanguage(talk, "es"), "txt").split("\n").slice(3)).toEqual([
      "[00:00:00] ana: Tenemos salas nuevas y muchos alumnos.",
      "[00:00:03] ana: [en] Hear hear.",
      "[00:00:04] ana: Sigamos.",
      "[00:00:09] ana: Adiós.",
      "",
    ]);
  });

  it("tell whether there is anything of what was spoken", () => {
    expect(talk.originals).toBe(true);
    expect(transcriptOf([clause(1, 0, { es: "Hola." })], "Talk", String).originals).toBe(false);
  });
});

describe("the head of a text", () => {
  it.each([
    ["en", "UTC", "November 21, 2026 at 09:00 AM UTC"],
    ["de", "Europe/Berlin", "21. November 2026 um 10:00 MEZ"],
  ])("says when it was as a reader of %s in %s reads it", (locale, zone, expected) => {
    const began = transcriptOf([passage(1, "ana", 0, BEGAN, { en: "x" })], "Talk", String);

    expect(write(began, "txt", locale, UNMARKED, zone).split("\n").slice(0, 2)).toEqual(["Talk", expected]);
  });
});
