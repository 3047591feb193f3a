import { describe, expect, it } from "vitest";
import { recordedTranscript } from "../../src/logic/recordedTranscript";
import { write } from "../../src/logic/transcriptFiles";
import { UNMARKED } from "../marks";

const BEGAN_MS = Date.parse("2027-01-15T08:00:00Z");

const line = (change: object = {}): string =>
  JSON.stringify({
    segment: "1.1-1",
    speaker: "speaker-1",
    name: "Ana",
    language: "en",
    source_language: "en",
    start_s: 2.5,
    end_s: 4,
    text: "Good morning",
    note: "",
    doubt: "",
    ...change,
  });

const read = (...texts: string[]) =>
  recordedTranscript(
    texts.map((text, at) => ({ part: `p${at}`, beganMs: BEGAN_MS + at * 60_000, text })),
    "Board",
  );

describe("the transcript of a recording", () => {
  it("has the original and all languages of each clause, with times and names", () => {
    const transcript = read(
      [line(), line({ language: "es", text: "Buenos días" }), line({ language: "fr", text: "Bonjour" })].join("\n"),
    );

    expect(transcript.languages).toEqual(["en", "es", "fr"]);
    expect(transcript.beganMs).toBe(BEGAN_MS + 2500);
    expect(transcript.clauses.map(({ name, startMs, endMs }) => [name, startMs, endMs])).toEqual([["Ana", 0, 1500]]);
    expect(transcript.clauses[0]?.texts.map(({ language, text, original }) => [language, text, original])).toEqual([
      ["en", "Good morning", true],
      ["es", "Buenos días", false],
      ["fr", "Bonjour", false],
    ]);
    expect(write(transcript, "vtt", "en", UNMARKED)).toContain("<lang es>Buenos días</lang>");
  });

  it("puts the parts of several interpreters one behind the other, also where they count alike", () => {
    const transcript = read(line(), line({ text: "Here again" }));

    expect(transcript.clauses.map(({ startMs, texts }) => [startMs, texts[0]?.text])).toEqual([
      [0, "Good morning"],
      [60_000, "Here again"],
    ]);
  });

  it("says what was spoken in a computed voice, also in the files that are made of it", () => {
    const transcript = read(
      [
        line(),
        line({ language: "es", text: "Buenos días", likeness: true }),
        line({ language: "fr", likeness: "yes" }),
      ].join("\n"),
    );

    expect(transcript.clauses[0]?.texts.map(({ language, likeness }) => [language, likeness])).toEqual([
      ["en", undefined],
      ["es", true],
      ["fr", undefined],
    ]);
    expect(write(transcript, "vtt", "en", UNMARKED)).toContain("<v.likeness Ana>");
    expect((JSON.parse(write(transcript, "json", "en", UNMARKED)) as { entries: object[] }).entries[0]).toMatchObject({
      computed_voice: ["es"],
    });
    expect(write(read(line()), "json", "en", UNMARKED)).not.toContain("computed_voice");
  });

  it("takes what was written last of a clause and language", () => {
    const transcript = read(
      [line({ language: "es", text: "colmena" }), line({ language: "es", text: "HIVE" })].join("\n"),
    );

    expect(transcript.clauses[0]?.texts.map(({ text }) => text)).toEqual(["HIVE"]);
  });

  it("takes corrections that came as a part of their own, and no others", () => {
    const said = [line(), line({ language: "es", text: "colmena" })].join("\n");
    const later = [
      line({ part: "p0", language: "es", text: "HIVE" }),
      line({ part: "p7", language: "es", text: "nowhere" }),
    ].join("\n");

    expect(read(said, later).clauses.map(({ texts }) => texts.map(({ text }) => text))).toEqual([
      ["Good morning", "HIVE"],
    ]);
  });

  it.each([
    ["a line that broke off", '{"segment": "1'],
    ["another shape", "[]"],
    ["null", "null"],
    ["a language that is none", line({ language: '"><script>' })],
    ["a time that is none", line({ start_s: "soon" })],
    ["a negative time", line({ start_s: -1 })],
    ["a text that is none", line({ text: 5 })],
  ])("leaves out %s", (_, broken) => {
    expect(read([line(), broken].join("\n")).clauses).toHaveLength(1);
    expect(read(broken).clauses).toEqual([]);
  });
});
