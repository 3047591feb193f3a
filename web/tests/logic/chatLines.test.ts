import { describe, expect, it } from "vitest";
import type { ChatMessage } from "../../src/logic/chat";
import { chatLines } from "../../src/logic/chatLines";
import { transcriptOf, type Transcript } from "../../src/logic/transcript";
import { write } from "../../src/logic/transcriptFiles";
import { UNMARKED } from "../marks";

const BEGAN = 1_700_000_000_000;
const messages: ChatMessage[] = [
  { key: "ana/1", writer: "ana", text: "good\nmorning", atMs: BEGAN + 2500, translation: null },
  { key: "answer", writer: "", text: "You hear and read es.", atMs: BEGAN + 3000, translation: null },
  {
    key: "bob/1",
    writer: "bob",
    text: "hola",
    atMs: BEGAN + 9000,
    translation: { language: "en", sourceLanguage: "es", text: "hello", doubt: "" },
  },
];

function record(said: boolean): Transcript {
  const spoken = {
    language: "en",
    translated: false,
    committed: "Welcome.",
    tentative: "",
    final: true,
    note: "",
    doubt: "",
  };
  const passage = {
    key: "1",
    epoch: "e",
    segment: "s",
    speaker: "ana",
    sourceLanguage: "en",
    startMs: 0,
    endMs: 1000,
    firstSeenMs: BEGAN,
    history: false,
    texts: [spoken],
  };
  const nameOf = (identity: string) => identity.toUpperCase();
  return { ...transcriptOf(said ? [passage] : [], "Board", nameOf), chat: chatLines(messages, nameOf) };
}

describe("what was written, in the record", () => {
  it("stands among what was said, in the order of time, with its translation", () => {
    const lines = write(record(true), "txt", "en", UNMARKED, "UTC").trim().split("\n").slice(3);

    expect(lines).toEqual([
      "[00:00:00] ANA: Welcome.",
      "[00:00:02] 💬 ANA: good morning",
      "[00:00:09] 💬 BOB: hola",
      "    [en] hello",
    ]);
  });

  it("is in JSON as data", () => {
    expect(JSON.parse(write(record(true), "json", "en", UNMARKED)).chat).toEqual([
      { writer: "ANA", identity: "ana", at: "2023-11-14T22:13:22.500Z", text: "good\nmorning" },
      {
        writer: "BOB",
        identity: "bob",
        at: "2023-11-14T22:13:29.000Z",
        text: "hola",
        source_language: "es",
        translations: { en: "hello" },
      },
    ]);
  });

  it("is all there is where nobody spoke, and begins with the first of it", () => {
    expect(write(record(false), "txt", "en", UNMARKED, "UTC")).toContain("[00:00:00] 💬 ANA: good morning");
  });

  it.each(["vtt", "srt"] as const)("is not in subtitles: %s", (format) => {
    expect(write(record(true), format, "en", UNMARKED)).not.toContain("hola");
  });
});
