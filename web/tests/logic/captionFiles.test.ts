import { describe, expect, it } from "vitest";
import type { Passage } from "../../src/logic/captions";
import { inLanguage, transcriptOf } from "../../src/logic/transcript";
import { write, type TextFormat } from "../../src/logic/transcriptFiles";
// The interpreter's own files are written the same: tests/demo/test_webvtt.py.
import cases from "../../../tests/data/caption-files.json";
import { UNMARKED } from "../marks";

const passage = (number: number, startMs: number, endMs: number, text: Partial<Passage["texts"][0]>): Passage => ({
  key: String(number),
  epoch: "agent-1",
  segment: String(number),
  speaker: number % 2 ? "bob" : "ana",
  sourceLanguage: "en",
  startMs,
  endMs,
  firstSeenMs: 1_000_000 + startMs,
  history: false,
  texts: [
    { language: "en", translated: false, committed: "x", tentative: "", final: true, note: "", doubt: "", ...text },
  ],
});

describe("a cue", () => {
  it.each(cases.cues)("says what the interpreter's files say: $text", (one) => {
    const { name, language, source_language: sourceLanguage, text, note } = one;
    const translated = language !== sourceLanguage;
    const said = { ...passage(0, 0, 1000, { language, translated, committed: text, note }), sourceLanguage };
    const transcript = inLanguage(
      transcriptOf([said], "", () => name),
      language,
    );

    expect(write(transcript, "vtt", "en", UNMARKED)).toBe(`WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.000\n${one.vtt}\n`);
    expect(write(transcript, "srt", "en", UNMARKED)).toBe(`1\n00:00:00,000 --> 00:00:01,000\n${one.srt}\n`);
  });

  it.each(cases.spans)("never overlaps another: $said_ms", ({ said_ms: said, cues_ms: expected }) => {
    const passages = said.map(([start, end], at) => passage(at, start as number, end as number, {}));
    const transcript = transcriptOf(passages, "", String);
    const ms = (time: string): number => {
      const [hours, minutes, seconds] = time.replace(",", ".").split(":").map(Number) as [number, number, number];
      return Math.round((hours * 3600 + minutes * 60 + seconds) * 1000);
    };
    const spans = (format: TextFormat): number[][] =>
      [...write(transcript, format, "en", UNMARKED).matchAll(/([\d:.,]+) --> ([\d:.,]+)/g)].map(([, begins, ends]) => [
        ms(begins ?? ""),
        ms(ends ?? ""),
      ]);

    expect(spans("vtt")).toEqual(expected);
    expect(spans("srt")).toEqual(expected);
  });
});
