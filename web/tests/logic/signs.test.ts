import { describe, expect, it } from "vitest";
import {
  HAND,
  handOf,
  raisedAtMs,
  REACTION,
  reactionOf,
  reactionValue,
  REQUEST,
  requestOf,
  requestValue,
} from "../../src/logic/signs";

describe("signs out of attributes", () => {
  it.each([
    ["1700000000000", 1_700_000_000_000],
    ["0", 0],
    ["", null],
    ["-1", null],
    ["1e9", null],
    ["on", null],
    ["9".repeat(40), null],
  ])("a hand is a moment: %s", (value, expected) => {
    expect(handOf({ [HAND]: value })).toBe(expected);
  });

  it.each([
    ["👍 1", "👍"],
    ["❤️ 22", "❤️"],
    ["👍", null],
    ["👍 x", null],
    ["👍 1 2", null],
    ["💩 1", null],
    ["<b>👍</b> 1", null],
    ["👍".repeat(5000), null],
  ])("a reaction is one of a few: %s", (value, expected) => {
    expect(reactionOf({ [REACTION]: value })).toBe(expected);
  });

  it.each([
    ["repeat 1 ana", { kind: "repeat", to: "ana" }],
    ["slower 2 somebody with blanks", { kind: "slower", to: "somebody with blanks" }],
    ["repeat 1 ", null],
    ["repeat ana", null],
    ["louder 1 ana", null],
    ["", null],
    [`repeat 1 ${"x".repeat(5000)}`, null],
  ])("a request is to somebody: %s", (value, expected) => {
    expect(requestOf({ [REQUEST]: value })).toEqual(expected);
  });

  it("what is written is what is read", () => {
    expect(reactionOf({ [REACTION]: reactionValue("🎉", 3) })).toBe("🎉");
    expect(requestOf({ [REQUEST]: requestValue({ kind: "slower", to: "a b" }, 3) })).toEqual({
      kind: "slower",
      to: "a b",
    });
  });
});

describe("when a hand was raised", () => {
  it.each([
    ["as it says, where that can be", 95_000, true, 95_000],
    ["not before it was seen to be down", 1, true, 90_000],
    ["not before they came", 1, false, 50_000],
    ["not in the future", 999_999, true, 100_000],
    ["as it says, where it was up already", 60_000, false, 60_000],
  ])("%s", (_, claimedMs, wasWatched, expected) => {
    expect(raisedAtMs(claimedMs, 100_000, 50_000, wasWatched)).toBe(expected);
  });
});
