import { describe, expect, it } from "vitest";
import { loadsOf } from "../../src/logic/capacity";

const capacity = (speakers: number, languages: readonly number[]) => ({ speakers, languages, given_up: [] });

describe("what a machine keeps up with", () => {
  it("is told for all at once, and for one alone where that leaves more room", () => {
    expect(loadsOf(capacity(3, [6, 3, 2]))).toEqual([
      { speakers: 3, languages: 2 },
      { speakers: 1, languages: 6 },
    ]);
    expect(loadsOf(capacity(3, [2, 2, 2]))).toEqual([{ speakers: 3, languages: 2 }]);
    expect(loadsOf(capacity(1, [4]))).toEqual([{ speakers: 1, languages: 4 }]);
  });

  it("is read however many languages are told", () => {
    expect(loadsOf(capacity(4, [5, 2]))).toEqual([
      { speakers: 4, languages: 2 },
      { speakers: 1, languages: 5 },
    ]);
    expect(loadsOf(capacity(2, []))).toEqual([]);
  });
});
