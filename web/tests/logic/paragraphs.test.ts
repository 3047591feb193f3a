import { describe, expect, it } from "vitest";
import type { Passage } from "../../src/logic/captions";
import { draftWords, flowed, inParagraphs } from "../../src/logic/paragraphs";

let number = 0;
const said = (startMs: number | null, endMs: number | null, text = "and so", more: Partial<Passage> = {}) => ({
  passage: {
    key: String((number += 1)),
    epoch: "agent-1",
    segment: String(number),
    speaker: "anna",
    sourceLanguage: "en",
    startMs,
    endMs,
    firstSeenMs: 0,
    history: false,
    texts: [{ language: "en", translated: false, committed: text, tentative: "", final: true, note: "", doubt: "" }],
    ...more,
  },
});
const lengths = (...clauses: ReturnType<typeof said>[]) =>
  inParagraphs(clauses, () => false).map(({ length }) => length);

describe("clauses of one speaker", () => {
  it.each([
    ["go on over a short pause", [said(0, 1000), said(3000, 4000)], [2]],
    ["end with a longer pause", [said(0, 1000), said(3001, 4000)], [1, 1]],
    ["go on where they overlap", [said(0, 2000), said(1500, 3000)], [2]],
    ["go on a little out of order", [said(1000, 2000), said(0, 900)], [2]],
    ["end where the time goes back", [said(9000, 10_000), said(0, 1000)], [1, 1]],
    [
      "end with another speaker",
      [said(0, 1000), said(1000, 2000, "x", { speaker: "bob" }), said(2000, 3000)],
      [1, 1, 1],
    ],
    ["end with another interpreter", [said(0, 1000), said(1000, 2000, "x", { epoch: "agent-2" })], [1, 1]],
    ["end where no times are known", [said(null, null), said(null, null)], [1, 1]],
    ["go on after a short sentence", [said(0, 3000, "Yes."), said(3000, 6000)], [2]],
    [
      "end with a sentence once there is enough",
      [said(0, 6000), said(6000, 12_000, "It is."), said(12_000, 13_000)],
      [2, 1],
    ],
    ["end with a quoted sentence", [said(0, 12_000, "He said “go.”"), said(12_000, 13_000)], [1, 1]],
    ["end with a sentence in other scripts", [said(0, 12_000, "就这样。"), said(12_000, 13_000)], [1, 1]],
    ["go on within a sentence", [said(0, 12_000, "so that"), said(12_000, 13_000)], [2]],
    ["end at last without any full stop", [said(0, 20_000), said(20_000, 30_000), said(30_000, 31_000)], [2, 1]],
  ])("%s", (_, clauses, expected) => {
    expect(lengths(...clauses)).toEqual(expected);
  });

  it("end where the caller says so", () => {
    expect(inParagraphs([said(0, 1000), said(1000, 2000)], () => true)).toHaveLength(2);
  });
});

describe("clauses as one text", () => {
  it.each([
    ["en", ["we have", "new rooms."], "we have new rooms."],
    ["zh", ["我们有", "新的教室。"], "我们有新的教室。"],
    ["ja-JP", ["はい。", "そうです。"], "はい。そうです。"],
    ["zh", ["我们用 Zoom", "Meeting 开会"], "我们用 Zoom Meeting 开会"],
    ["th", ["สวัสดี", "ครับ"], "สวัสดี ครับ"],
    ["ko", ["우리는", "갑니다"], "우리는 갑니다"],
    ["en", ["", "x", ""], "x"],
    ["en", [], ""],
  ])("are written as %s writes: %j", (language, texts, expected) => {
    expect(flowed(texts, language)).toBe(expected);
  });
});

describe("the words of a draft", () => {
  it.each([
    ["", []],
    ["  ", ["  "]],
    [" und der Süden ", [" und", " der", " Süden", " "]],
    ["今日は、良い tea 天気", ["今", "日", "は", "、", "良", "い", " tea", " 天", "気"]],
    ["สวัสดี", ["ส", "วั", "ส", "ดี"]],
    ["👩‍👩‍👧 नमस्ते", ["👩‍👩‍👧", " नमस्ते"]],
  ])("are all of it, in their order: %j", (tentative, words) => {
    expect(draftWords(tentative, 3).map(({ word }) => word)).toEqual(words);
    expect(words.join("")).toBe(tentative);
  });

  it("are known by the same place once those before them have settled", () => {
    const before = draftWords("eins zwei drei", 0);
    const after = draftWords(" drei", "eins zwei".length);

    expect(after).toEqual(before.slice(2));
  });
});
