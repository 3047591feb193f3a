import { describe, expect, it } from "vitest";
import { gainsFor, levelDbfs, meterOf, originalGain, SpeechGate } from "../../src/logic/mixing";

describe("level", () => {
  it("of full scale is 0 dBFS, of silence minus infinity", () => {
    expect(levelDbfs(new Float32Array([1, -1]))).toBeCloseTo(0);
    expect(levelDbfs(new Float32Array(8))).toBe(-Infinity);
  });

  it("fills a meter from -60 to -6 dBFS", () => {
    expect([-Infinity, -60, -33, -6, 0].map(meterOf)).toEqual([0, 0, 0.5, 1, 1]);
  });
});

describe("the speech gate", () => {
  it("opens with a voice, bridges short gaps and closes after longer ones", () => {
    const gate = new SpeechGate();
    const levels: [ms: number, dbfs: number][] = [
      [0, -90],
      [40, -20],
      [500, -90],
      [900, -30],
      [1700, -90],
      [1900, -90],
    ];

    expect(levels.map(([ms, dbfs]) => gate.feed(dbfs, ms))).toEqual([false, true, true, true, true, false]);
  });
});

describe("the balance", () => {
  it("keeps one side full and fades the other", () => {
    expect([0, 0.25, 0.5, 0.75, 1].map(gainsFor)).toEqual([
      { original: 1, translation: 0 },
      { original: 1, translation: 0.25 },
      { original: 1, translation: 1 },
      { original: 0.25, translation: 1 },
      { original: 0, translation: 1 },
    ]);
  });

  it("turns originals down only while the translation speaks, and never one that is understood", () => {
    const gain = (translationSpeaking: boolean, understood: boolean) =>
      originalGain(1, { translationSpeaking, understood }).gain;

    expect([gain(true, false), gain(false, false), gain(true, true)]).toEqual([0, 1, 1]);
  });
});
