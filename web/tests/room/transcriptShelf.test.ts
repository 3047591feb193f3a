// @vitest-environment jsdom
import "fake-indexeddb/auto";
import { createStore, set } from "idb-keyval";
import { afterEach, describe, expect, it } from "vitest";
import type { Passage } from "../../src/logic/captions";
import { forgetTranscript, forgetTranscripts, keepTranscript, keptTranscripts } from "../../src/room/transcriptShelf";
import type { Words } from "../../src/room/wordShelf";

afterEach(forgetTranscripts);

const passage = (segment: string, change: Partial<Passage> = {}): Passage => ({
  key: `key:${segment}`,
  epoch: "key",
  segment,
  speaker: "ana",
  sourceLanguage: "en",
  startMs: 0,
  endMs: null,
  firstSeenMs: 1,
  history: false,
  texts: [{ language: "es", translated: true, committed: "Hola.", tentative: "", final: true, note: "", doubt: "" }],
  ...change,
});
const words = (...all: Passage[]): Words => ({
  passages: { all },
  names: new Map([
    ["ana", "Ana"],
    ["bea", "Bea"],
  ]),
});
const segments = async (): Promise<unknown> =>
  (await keptTranscripts()).map(({ title, words: kept }) => [title, kept.passages.all.map(({ segment }) => segment)]);

describe("transcripts on the device", () => {
  it("are there again, the latest first, with the names of who spoke", async () => {
    await keepTranscript("board", "Board", words(passage("a")), 10);
    await keepTranscript("team", "Team", words(passage("b")), 20);

    expect((await keptTranscripts()).map(({ title, keptMs }) => [title, keptMs])).toEqual([
      ["Team", 20],
      ["Board", 10],
    ]);
    expect((await keptTranscripts())[1]?.words).toEqual({
      passages: { all: [passage("a")] },
      names: new Map([["ana", "Ana"]]),
    });
  });

  it("hold a meeting once that was left and joined again, and another one of the same room beside it", async () => {
    await keepTranscript("board", "Board", words(passage("a")), 10);
    await keepTranscript("board", "Board", words(passage("a"), passage("b", { firstSeenMs: 7 })), 20);
    await keepTranscript("board", "Board", words(passage("c", { firstSeenMs: 900 })), 30);

    expect(await segments()).toEqual([
      ["Board", ["c"]],
      ["Board", ["a", "b"]],
    ]);
  });

  it("hold nothing of a meeting in which nothing was said to its end", async () => {
    await keepTranscript("board", "Board", words(), 10);
    const draft = { ...passage("a"), texts: [{ ...passage("a").texts[0]!, final: false }] };
    await keepTranscript("board", "Board", words(draft), 10);
    expect(await keptTranscripts()).toEqual([]);
  });

  it("are not more than thirty, and may be forgotten one by one and together", async () => {
    for (let at = 0; at < 33; at += 1) await keepTranscript(`r${at}`, `r${at}`, words(passage("a")), at);
    const kept = await keptTranscripts();
    expect([kept.length, kept[0]?.title, kept[29]?.title]).toEqual([30, "r32", "r3"]);

    await forgetTranscript(kept[0]?.id ?? "");
    expect((await keptTranscripts())[0]?.title).toBe("r31");
    await forgetTranscripts();
    expect(await keptTranscripts()).toEqual([]);
  });

  it.each([7, null, {}, { title: "x", keptMs: "now", passages: [], names: [] }, { title: 1, keptMs: 1 }])(
    "are not misled by %o",
    async (kept) => {
      await set("board.1", kept, createStore("hive", "transcripts"));
      expect(await keptTranscripts()).toEqual([]);
    },
  );
});
