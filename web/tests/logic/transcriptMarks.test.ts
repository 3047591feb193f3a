import { describe, expect, it } from "vitest";
import { recordedTranscript } from "../../src/logic/recordedTranscript";
import { inLanguage, type Transcript } from "../../src/logic/transcript";
import { write, type TextFormat } from "../../src/logic/transcriptFiles";
import { MARKED, UNMARKED } from "../marks";

const said = (at: number, language: string, text: string, more: object = {}): string =>
  JSON.stringify({
    segment: String(at),
    speaker: "ana",
    name: "Ana",
    language,
    source_language: "en",
    start_s: at * 10,
    end_s: at * 10 + 1,
    text,
    note: "",
    doubt: "",
    ...more,
  });

const record = (...lines: string[]): Transcript =>
  recordedTranscript([{ part: "p", beganMs: Date.parse("2027-01-15T08:00:00Z"), text: lines.join("\n") }], "Talk");

const MEETING = record(
  said(1, "en", "Good morning."),
  said(1, "es", "Buenos días.", { likeness: true }),
  said(2, "en", "Goodbye."),
  said(2, "es", "Adiós."),
);

const file = (transcript: Transcript, format: TextFormat, marks = MARKED): string =>
  write(transcript, format, "en", marks, "UTC");

describe("a file with translations", () => {
  it("says in the reader's words that a machine made them, and which were heard in a computed voice", () => {
    expect(file(MEETING, "txt").split("\n")).toEqual([
      "Talk",
      expect.stringContaining("2027") as string,
      "By a machine --> maybe <wrong>.",
      "",
      "[00:00:00] Ana:",
      "    [en] Good morning.",
      "    [es] Buenos días. (computed)",
      "[00:00:10] Ana:",
      "    [en] Goodbye.",
      "    [es] Adiós.",
      "",
    ]);
  });

  it("has it in its first translated subtitle, as text that is none of the format's own signs", () => {
    expect(file(MEETING, "srt").split("\n")).toEqual([
      "1",
      "00:00:00,000 --> 00:00:01,000",
      "Ana: Good morning.",
      "Buenos días. (computed)",
      "(By a machine → maybe ‹wrong›.)",
      "",
      "2",
      "00:00:10,000 --> 00:00:11,000",
      "Ana: Goodbye.",
      "Adiós.",
      "",
    ]);
    expect(file(MEETING, "vtt").split("\n")).toEqual([
      "WEBVTT - Talk",
      "",
      "1",
      "00:00:00.000 --> 00:00:01.000",
      "<v.likeness Ana><lang en>Good morning.</lang>",
      "<lang es>Buenos días. (computed)</lang></v>",
      "(By a machine --&gt; maybe &lt;wrong&gt;.)",
      "",
      "2",
      "00:00:10.000 --> 00:00:11.000",
      "<v Ana><lang en>Goodbye.</lang>",
      "<lang es>Adiós.</lang></v>",
      "",
    ]);
  });

  it("tells programs the same", () => {
    const told = JSON.parse(file(MEETING, "json")) as Record<string, unknown> & { entries: object[] };
    expect([told["translated_by"], told["remark"]]).toEqual(["machine", MARKED.machine]);
    expect(told.entries[0]).toMatchObject({ source_language: "en", computed_voice: ["es"] });
    expect(told.entries[1]).not.toHaveProperty("computed_voice");
  });
});

describe("a file with what was spoken alone", () => {
  it.each(["txt", "srt", "vtt", "json"] as const)("says nothing of machines: %s", (format) => {
    const spoken = inLanguage(MEETING, "original");
    expect(file(spoken, format)).toBe(file(spoken, format, UNMARKED));
    const untranslated = record(said(1, "es", "Good morning.", { note: "no route" }));
    expect(file(untranslated, format)).toBe(file(untranslated, format, UNMARKED));
    expect(file(spoken, format)).not.toContain("machine");
  });
});
