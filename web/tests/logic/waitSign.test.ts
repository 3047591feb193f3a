import { describe, expect, it } from "vitest";
import { WaitSign, type WaitInput } from "../../src/logic/waitSign";

const STEP_MS = 100;
const LOUD = { levelDbfs: -20 };
const HEARD = { listeners: 2 };

/** What is shown at the end of each stretch: so many seconds in which things are so. */
function shown(...stretches: readonly (readonly [seconds: number, input: Partial<WaitInput>])[]): number[] {
  const sign = new WaitSign();
  let nowMs = 0;
  return stretches.map(([seconds, input]) => {
    let count = 0;
    for (let left = seconds * 1000; left > 0; left -= STEP_MS) {
      nowMs += STEP_MS;
      count = sign.feed({ nowMs, levelDbfs: -90, othersSpeak: false, listeners: 0, ...input });
    }
    return count;
  });
}

describe("the sign that others still listen", () => {
  it("comes once a speaker has stopped, and goes when nobody listens any more", () => {
    expect(shown([3, { ...LOUD, ...HEARD }], [0.3, HEARD], [0.4, HEARD], [0.5, {}], [0.6, {}])).toEqual([
      0, 0, 2, 2, 0,
    ]);
  });

  it("is not for those who have said nothing, nor for a cough", () => {
    expect(shown([5, HEARD], [0.1, { ...LOUD, ...HEARD }], [1, HEARD])).toEqual([0, 0, 0]);
  });

  it("stays through a cough and through pauses of the translation, and goes when the speaker goes on", () => {
    expect(
      shown(
        [1, LOUD],
        [1, HEARD],
        [0.1, { ...LOUD, ...HEARD }],
        [0.6, HEARD],
        [0.7, {}],
        [1, HEARD],
        [0.5, { ...LOUD, ...HEARD }],
      ),
    ).toEqual([0, 2, 2, 2, 2, 2, 0]);
  });

  it("goes to whoever spoke last", () => {
    expect(shown([1, LOUD], [1, HEARD], [0.1, { ...HEARD, othersSpeak: true }], [1, HEARD])).toEqual([0, 2, 0, 0]);
  });

  it("does not come back long after", () => {
    expect(shown([1, LOUD], [31, {}], [1, HEARD])).toEqual([0, 0, 0]);
  });
});
