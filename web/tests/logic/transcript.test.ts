import { describe, expect, it } from "vitest";
import type { Passage, Passages } from "../../src/logic/captions";
import { fileName, inLanguage, transcriptOf, write } from "../../src/logic/transcript";

function passage(number: number, speaker: string, startMs: number, firstSeenMs: number, words: Record<string, string>): Passage {
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
    })),
  };
}

const BEGAN = Date.UTC(2026, 10, 21, 9, 0, 0);
const PASSAGES: Passages = [
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
    expect(write(inLanguage(transcript, "en"), "vtt")).toBe(
      [
        "WEBVTT - Board meeting\n",
        "1\n00:00:00.000 --> 00:00:01.500\n<v Anna>Good morning.</v>\n",
        "2\n00:00:10.500 --> 00:00:12.000\n<v Bob>Hi &lt;all&gt; &amp; welcome.</v>\n",
        "3\n00:00:15.000 --> 00:00:16.500\n<v Anna>Let us begin.</v>\n",
      ].join("\n"),
    );
  });

  it("is written as WebVTT with all languages of a cue below each other", () => {
    expect(write(transcript, "vtt").split("\n\n")[1]).toBe(
      "1\n00:00:00.000 --> 00:00:01.500\n<v Anna><lang en>Good morning.</lang>\n<lang es>Buenos días.</lang></v>",
    );
  });

  it("is written as SRT", () => {
    expect(write(inLanguage(transcript, "es"), "srt").split("\n\n")[2]).toBe(
      "3\n00:00:15,000 --> 00:00:16,500\nAnna: Empecemos.\n",
    );
  });

  it("is written as text", () => {
    expect(write(inLanguage(transcript, "es"), "txt").split("\n").slice(3)).toEqual([
      "[00:00:00] Anna: Buenos días.",
      "[00:00:10] Bob: Hola a todos.",
      "[00:00:15] Anna: Empecemos.",
      "",
    ]);
  });

  it("is written as JSON, aligned", () => {
    const { began_at: beganAt, languages, entries } = JSON.parse(write(transcript, "json"));

    expect([beganAt, languages]).toEqual(["2026-11-21T09:00:01.000Z", ["en", "es"]]);
    expect(entries[1]).toEqual({
      speaker: "Bob",
      identity: "bob",
      start_s: 10.5,
      end_s: 12,
      source_language: "en",
      texts: { en: "Hi <all> & welcome.", es: "Hola a todos." },
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
