import { describe, expect, it } from "vitest";
import { ABSENT, readInterpreter } from "../../src/logic/interpreter";
import { heardInLikeness, readLikenesses } from "../../src/logic/likeness";

const TOLD = {
  ana: { state: "found", voices: { es: { before: 0.61, after: 0.74 } } },
  bo: { state: "gathering", speech_s: 7 },
  cy: { state: "searching" },
  di: { state: "failed" },
};

describe("who is heard in a voice that resembles theirs", () => {
  it("is read as it is told", () => {
    expect(readLikenesses(TOLD)).toEqual(
      new Map([
        ["ana", { state: "found", speechS: 0, voices: [{ language: "es", before: 0.61, after: 0.74 }] }],
        ["bo", { state: "gathering", speechS: 7, voices: [] }],
        ["cy", { state: "searching", speechS: 0, voices: [] }],
        ["di", { state: "failed", speechS: 0, voices: [] }],
      ]),
    );
    expect(readLikenesses({})).toEqual(new Map());
  });

  it("is nobody where that is not possible", () => {
    for (const nothing of [undefined, null, "", "on", 7, []]) expect(readLikenesses(nothing)).toBeNull();
  });

  it("is only what makes sense, and no more than can be", () => {
    const hostile = {
      "": TOLD.ana,
      ["a".repeat(257)]: TOLD.ana,
      one: "found",
      two: { state: "cloned" },
      three: { state: "found", voices: { "<b>": { before: 0, after: 1 }, es: { before: "0", after: 1 }, fr: 7 } },
      four: { state: "found", voices: { es: { before: -9, after: 9e9 } } },
      five: { state: "gathering", speech_s: 1e9, voices: { es: { before: 0, after: 1 } } },
      six: { state: "gathering", speech_s: "<b>" },
    };

    expect(readLikenesses(hostile)).toEqual(
      new Map([
        ["three", { state: "found", speechS: 0, voices: [] }],
        ["four", { state: "found", speechS: 0, voices: [{ language: "es", before: -1, after: 1 }] }],
        ["five", { state: "gathering", speechS: 12, voices: [] }],
        ["six", { state: "gathering", speechS: 0, voices: [] }],
      ]),
    );
    const crowd = Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`guest-${at}`, TOLD.ana]));
    expect(readLikenesses(crowd)?.size).toBe(50);
  });

  it("is told to everybody once there is a voice, and not before", () => {
    const told = readInterpreter("agent", { "translator.likenesses": JSON.stringify(TOLD) });

    expect(heardInLikeness(told)).toEqual(["ana"]);
    expect(heardInLikeness(readInterpreter("agent", {}))).toEqual([]);
    expect(heardInLikeness(ABSENT)).toEqual([]);
  });
});
