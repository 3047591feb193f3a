import { describe, expect, it } from "vitest";
import { merge, readRevision, type Passages, type Revision } from "../../src/logic/captions";

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

function received(...revisions: Revision[]): Passages {
  return revisions.reduce<Passages>((passages, revision, at) => merge(passages, revision, "agent-1", 1000 + at), []);
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

  it("takes what any agent sends that follows LiveKit's own attributes alone", () => {
    expect(readRevision("Hello", { "lk.segment_id": "x", "lk.transcription_final": "true" }, "bob")).toEqual({
      id: "x",
      segment: "x",
      speaker: "bob",
      language: "",
      sourceLanguage: "",
      translated: false,
      committed: "Hello",
      tentative: "",
      final: true,
      startMs: null,
      endMs: null,
      note: "",
      doubt: "",
      history: false,
    });
  });

  it("takes no time that cannot be", () => {
    for (const time of ["-5", "1e300", "NaN", "x", "Infinity", ""]) {
      const attributes = { "lk.segment_id": "x", "translator.start_ms": time, "translator.end_ms": time };
      expect(readRevision("Hello", attributes, "bob")).toMatchObject({ startMs: null, endMs: null });
    }
  });

  it("keeps the doubt about a translation", () => {
    const attributes = { "lk.segment_id": "x", "lk.transcription_final": "true", "translator.doubt": "numbers changed" };
    const revision = readRevision("53 personas", attributes, "bob");

    expect(revision?.doubt).toBe("numbers changed");
    expect(received(revision!)[0]?.texts[0]?.doubt).toBe("numbers changed");
  });

  it("leaves alone a stream that names no segment", () => {
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
        { language: "en", translated: false, committed: "Good morning.", tentative: "", final: true, note: "", doubt: "" },
      ],
    });
  });

  it("keeps a translation beside its original, whichever comes first", () => {
    const languages = (passages: Passages) => passages.map((passage) => passage.texts.map((text) => text.language));

    expect(languages(received(FINAL, SPANISH))).toEqual([["en", "es"]]);
    expect(languages(received(SPANISH, FINAL))).toEqual([["en", "es"]]);
  });

  it("changes nothing that is final", () => {
    const before = received(FINAL);

    expect(merge(before, ORIGINAL, "agent-1", 2000)).toBe(before);
  });

  it("starts anew when another interpreter counts from 1 again", () => {
    const before = received(FINAL);
    const after = merge(before, { ...FINAL, committed: "Welcome back." }, "agent-2", 5000);

    expect(after.map((passage) => passage.texts[0]?.committed)).toEqual(["Good morning.", "Welcome back."]);
  });

  it("puts what was sent again before what was said later, whoever said it", () => {
    const later: Revision = { ...FINAL, id: "bob/1-1/en", segment: "bob/1-1", speaker: "bob", startMs: 9000, endMs: 9500 };
    const again: Revision = { ...FINAL, history: true };

    expect(received(later, again).map((passage) => passage.segment)).toEqual(["anna/1-1", "bob/1-1"]);
  });

  it("removes a draft that was withdrawn", () => {
    expect(received(ORIGINAL, { ...ORIGINAL, committed: "", tentative: "" })).toEqual([]);
  });
});
