import { describe, expect, it } from "vitest";
import { levelDbfs } from "../../src/logic/mixing";
import { MutedSpeech, MutedWord } from "../../src/logic/mutedSpeech";
import { joined, louder, mixed, noise, RATE_HZ, silence, speech } from "../sounds";

const STEP_MS = 50;

/** After how many seconds the sound counts as speech, or null. */
function spokenAfter(sound: Float32Array, stepMs = STEP_MS): number | null {
  const machine = new MutedSpeech();
  const step = (RATE_HZ * stepMs) / 1000;
  const window = (RATE_HZ * STEP_MS) / 1000;
  for (let at = 0; at + window <= sound.length; at += step) {
    const level = levelDbfs(sound.subarray(at, at + window));
    if (machine.feed(level, (at / RATE_HZ) * 1000)) return at / RATE_HZ;
  }
  return null;
}

const quiet = (sound: Float32Array): Float32Array => mixed(sound, noise(sound.length, -62));

/** A burst of noise so long, in a second of silence. */
function bursts(ms: number, times: number, everyMs: number): Float32Array {
  const one = joined(noise((RATE_HZ * ms) / 1000, -22), silence((everyMs - ms) / 1000));
  return joined(silence(1), ...Array.from({ length: times }, () => one), silence(1));
}

describe("who speaks while muted", () => {
  it.each(["austen", "rms"] as const)("is noticed within three seconds: %s", (voice) => {
    const after = spokenAfter(quiet(speech(voice)));
    expect(after).not.toBeNull();
    expect(after).toBeLessThan(3);
  });

  it("is noticed beside a fan, and where they speak softly", () => {
    expect(spokenAfter(mixed(speech("rms"), noise(11 * RATE_HZ, -45)))).not.toBeNull();
    expect(spokenAfter(quiet(louder(speech("rms"), 0.2)))).not.toBeNull();
  });

  it.each([
    ["silence", silence(6)],
    ["a quiet room", quiet(silence(6))],
    ["a fan that begins to blow", quiet(joined(silence(2), noise(6 * RATE_HZ, -25)))],
    ["two coughs", quiet(bursts(320, 2, 700))],
    ["somebody typing", quiet(bursts(30, 40, 150))],
    ["a voice in the next room", quiet(louder(speech("austen"), 0.01))],
  ])("is not found in %s", (_, sound) => {
    expect(spokenAfter(sound)).toBeNull();
  });

  it("is not guessed at from levels that come once a second", () => {
    expect(spokenAfter(quiet(speech("rms")), 1000)).toBeNull();
  });
});

describe("the word that somebody is muted", () => {
  it("comes once while they are, and not again within a minute", () => {
    const word = new MutedWord();
    word.muted();
    const first = [word.spoke(1000), word.spoke(5000), word.spoke(100_000)];
    word.muted();
    const second = [word.spoke(110_000), word.spoke(111_000)];
    word.muted();
    const third = [word.spoke(120_000), word.spoke(180_000)];

    expect([first, second, third]).toEqual([
      [true, false, false],
      [true, false],
      [false, true],
    ]);
  });
});
