import { describe, expect, it } from "vitest";
import { CaptionLog } from "../../src/logic/captionLog";
import { readRevision, type Passage, type Revision } from "../../src/logic/captions";

const ORIGINAL: Revision = {
  id: "anna/1-1/en",
  segment: "anna/1-1",
  speaker: "anna",
  language: "en",
  sourceLanguage: "en",
  translated: false,
  committed: "Good ",
  tentative: "mourning",
  final: false,
  startMs: 100,
  endMs: 900,
  note: "",
  doubt: "",
  history: false,
};
const FINAL: Revision = { ...ORIGINAL, committed: "Good morning.", tentative: "", final: true, endMs: 1200 };
const SPANISH: Revision = {
  ...FINAL,
  id: "anna/1-1/es",
  language: "es",
  translated: true,
  committed: "Buenos días.",
};

function received(...revisions: Revision[]): readonly Passage[] {
  const log = new CaptionLog();
  for (const [at, revision] of revisions.entries()) log.take(revision, "agent-1", 1000 + at);
  return log.passages().all;
}

describe("reading a stream", () => {
  it("splits the text where what is committed ends, counting code points", () => {
    const revision = readRevision(
      "😀 good mourning",
      {
        "lk.segment_id": "anna/1-1/en",
        "lk.transcription_final": "false",
        language: "en",
        "translator.segment": "anna/1-1",
        "translator.source_language": "en",
        "translator.committed": "7",
        "translator.start_ms": "100",
        "translator.end_ms": "900",
      },
      "anna",
    );

    expect(revision).toEqual({ ...ORIGINAL, committed: "😀 good ", tentative: "mourning" });
  });

  it("tells what is spoken in a computed voice, for as long as the passage is kept", () => {
    const attributes = {
      "lk.segment_id": SPANISH.id,
      "lk.transcription_final": "true",
      language: "es",
      translated: "true",
      "translator.segment": SPANISH.segment,
      "translator.source_language": "en",
      "translator.likeness": "true",
    };
    const revision = readRevision("Hola.", attributes, "anna");
    expect(revision?.likeness).toBe(true);
    expect(readRevision("Hola.", { ...attributes, "translator.likeness": "yes" }, "anna")).not.toHaveProperty(
      "likeness",
    );
    expect(received(revision as Revision)[0]?.texts[0]?.likeness).toBe(true);
  });

  const ATTRIBUTES = {
    "lk.segment_id": "anna/3f9a.1.1-1/es",
    "lk.transcription_final": "true",
    language: "es",
    translated: "true",
    "translator.segment": "anna/3f9a.1.1-1",
    "translator.source_language": "en",
    "translator.start_ms": "100",
    "translator.end_ms": "900",
  };
  const read = (change: Record<string, string>, text = "53 personas", sender = "anna") =>
    readRevision(text, { ...ATTRIBUTES, ...change }, sender);

  it.each(["-5", "1e300", "1e3", "NaN", "x", "Infinity", "", " 1", "0x10", "1.5", "604800001", "9".repeat(400)])(
    "takes no time that cannot be: %s",
    (time) => {
      expect(read({ "translator.start_ms": time, "translator.end_ms": time })).toMatchObject({
        startMs: null,
        endMs: null,
      });
    },
  );

  it("takes times of up to a week, and no end before the start", () => {
    expect(read({ "translator.start_ms": "0", "translator.end_ms": "604800000" })).toMatchObject({
      startMs: 0,
      endMs: 604_800_000,
    });
    expect(read({ "translator.start_ms": "500", "translator.end_ms": "20" })).toMatchObject({
      startMs: 500,
      endMs: 500,
    });
  });

  it.each(["-1", "1e9", "x", "", "999999999999", "9".repeat(30)])("commits no more than there is: %s", (committed) => {
    const revision = read({ "lk.transcription_final": "false", "translator.committed": committed })!;

    expect(revision.committed + revision.tentative).toBe("53 personas");
  });

  it.each([
    ["another's", { "translator.segment": "bob/3f9a.1.1-1", "lk.segment_id": "bob/3f9a.1.1-1/es" }],
    [
      "of somebody whose identity begins alike",
      { "translator.segment": "annabel/1-1", "lk.segment_id": "annabel/1-1/es" },
    ],
    [
      "of somebody whose identity goes on behind a slash",
      { "translator.segment": "anna/b/1-1", "lk.segment_id": "anna/b/1-1/es" },
    ],
    ["nobody's", { "translator.segment": "1-1", "lk.segment_id": "1-1/es" }],
    ["without a place", { "translator.segment": "anna/", "lk.segment_id": "anna//es" }],
    ["the identity alone", { "translator.segment": "anna", "lk.segment_id": "anna/es" }],
    ["none", { "translator.segment": "", "lk.segment_id": "" }],
    ["named differently for LiveKit", { "lk.segment_id": "bob/3f9a.1.1-1/es" }],
    ["of another language", { "lk.segment_id": "anna/3f9a.1.1-1/fr" }],
  ])("leaves alone a stream whose segment is not its sender's: %s", (_, change) => {
    expect(read(change)).toBeNull();
  });

  it("takes the segments of somebody with a slash in their identity", () => {
    const change = { "translator.segment": "a/b/1-1", "lk.segment_id": "a/b/1-1/es" };

    expect(read(change, "Hola", "a/b")?.segment).toBe("a/b/1-1");
    expect(read(change, "Hola", "a")).toBeNull();
    expect(readRevision("Hola", ATTRIBUTES, "")).toBeNull();
  });

  it.each(["", "<script>", "e", "x".repeat(500), "es; drop", "\u202e"])(
    "leaves alone what is in no language: %j",
    (language) => {
      expect(read({ language, "lk.segment_id": `anna/3f9a.1.1-1/${language}` })).toBeNull();
      expect(read({ "translator.source_language": language })).toBeNull();
    },
  );

  it("leaves alone what is longer than anybody speaks, or carries too much", () => {
    expect(read({}, "ä".repeat(4000))?.committed).toHaveLength(4000);
    expect(read({}, "ä".repeat(8001))).toBeNull();
    expect(read({ "translator.note": "x".repeat(1001) })).toBeNull();
    expect(read(Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`x${at}`, ""])))).toBeNull();
  });

  it("cuts a reason that is longer than the interpreter's", () => {
    const revision = read({ "translator.note": "n".repeat(900), "translator.doubt": "d".repeat(900) });

    expect([revision?.note.length, revision?.doubt.length]).toEqual([300, 300]);
  });

  it("keeps the doubt about a translation", () => {
    const revision = read({ "translator.doubt": "numbers_changed" });

    expect(revision?.doubt).toBe("numbers_changed");
    expect(received(revision!)[0]?.texts[0]?.doubt).toBe("numbers_changed");
  });

  it("leaves alone a stream that names nothing", () => {
    expect(readRevision("Hello", {}, "bob")).toBeNull();
  });
});

describe("merging", () => {
  it("replaces a revision by the next one of the same segment and language", () => {
    const [passage, ...others] = received(ORIGINAL, FINAL);

    expect(others).toEqual([]);
    expect(passage).toEqual({
      key: "agent-1:anna/1-1",
      epoch: "agent-1",
      segment: "anna/1-1",
      speaker: "anna",
      sourceLanguage: "en",
      startMs: 100,
      endMs: 1200,
      firstSeenMs: 1000,
      history: false,
      texts: [
        {
          language: "en",
          translated: false,
          committed: "Good morning.",
          tentative: "",
          final: true,
          note: "",
          doubt: "",
        },
      ],
    });
  });

  it("keeps a translation beside its original, whichever comes first", () => {
    const languages = (passages: readonly Passage[]) =>
      passages.map((passage) => passage.texts.map((text) => text.language));

    expect(languages(received(FINAL, SPANISH))).toEqual([["en", "es"]]);
    expect(languages(received(SPANISH, FINAL))).toEqual([["en", "es"]]);
  });

  it("changes nothing that is final", () => {
    const log = new CaptionLog();
    log.take(FINAL, "agent-1", 1000);
    const before = [...log.passages().all];

    expect(log.take(ORIGINAL, "agent-1", 2000)).toBe(false);
    expect(log.passages().all).toEqual(before);
  });

  it("starts anew when another interpreter counts from 1 again", () => {
    const log = new CaptionLog();
    log.take(FINAL, "agent-1", 1000);
    log.take({ ...FINAL, committed: "Welcome back." }, "agent-2", 5000);

    expect(log.passages().all.map((passage) => passage.texts[0]?.committed)).toEqual([
      "Good morning.",
      "Welcome back.",
    ]);
  });

  it("puts what was sent again before what was said later, whoever said it", () => {
    const later: Revision = {
      ...FINAL,
      id: "bob/1-1/en",
      segment: "bob/1-1",
      speaker: "bob",
      startMs: 9000,
      endMs: 9500,
    };
    const again: Revision = { ...FINAL, history: true };

    expect(received(later, again).map((passage) => passage.segment)).toEqual(["anna/1-1", "bob/1-1"]);
  });

  it("removes a draft that was withdrawn", () => {
    expect(received(ORIGINAL, { ...ORIGINAL, committed: "", tentative: "" })).toEqual([]);
  });
});
