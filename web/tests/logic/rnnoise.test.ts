import program from "@sapphi-red/web-noise-suppressor/rnnoise.wasm?url&inline";
import { describe, expect, it } from "vitest";
import { levelDbfs } from "../../src/logic/mixing";
import { DELAY_SAMPLES, Frames, FRAME_SAMPLES, RATE_HZ, Rnnoise } from "../../src/logic/rnnoise";
import { BandLevels } from "../../src/logic/bands";
import { joined, mixed, noise, RATE_HZ as FILE_RATE_HZ, silence, speech } from "../sounds";

const wasm = Uint8Array.from(atob(program.slice(program.indexOf(",") + 1)), (sign) => sign.charCodeAt(0));

/** Three samples for each: the straight way from one to the next. */
function at48kHz(sound: Float32Array): Float32Array {
  const step = RATE_HZ / FILE_RATE_HZ;
  return Float32Array.from({ length: sound.length * step }, (_, at) => {
    const [from, part] = [Math.floor(at / step), (at % step) / step];
    const [a, b] = [sound[from] ?? 0, sound[from + 1] ?? 0];
    return a + (b - a) * part;
  });
}

/** What an audio worklet would make of it, without the delay. */
function cleaned(sound: Float32Array): Float32Array {
  const rnnoise = Rnnoise.load(wasm);
  const frames = new Frames((frame) => rnnoise.clean(frame));
  // RNNoise itself is one frame late, too.
  const delay = DELAY_SAMPLES + FRAME_SAMPLES;
  const padded = joined(sound, new Float32Array(delay + 128));
  const out = new Float32Array(padded.length);
  for (let at = 0; at + 128 <= padded.length; at += 128)
    frames.process(padded.subarray(at, at + 128), out.subarray(at, at + 128));
  return out.subarray(delay, delay + sound.length);
}

/** Likeness of the courses of all bands, -1…1, as they are heard above -50 dB. */
function likeness(one: Float32Array, other: Float32Array): number {
  const courses = (sound: Float32Array): number[] => {
    const levels = new BandLevels(RATE_HZ);
    const all: number[] = [];
    for (let at = 0; at + 128 <= sound.length; at += 128)
      all.push(...(levels.feed(sound.subarray(at, at + 128)) ?? []).map((dbfs) => Math.max(-50, dbfs)));
    return all;
  };
  const [a, b] = [courses(one), courses(other)];
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const sum = (of: (at: number) => number): number => a.reduce((all, _, at) => all + of(at), 0);
  const [x, y] = [(at: number) => (a[at] ?? 0) - meanA, (at: number) => (b[at] ?? 0) - meanB];
  return sum((at) => x(at) * y(at)) / Math.sqrt(sum((at) => x(at) ** 2) * sum((at) => y(at) ** 2));
}

const PAUSE_S = 2;
const NOISE_DBFS = -32;

/** White noise whose highs are taken away, as those of a fan (0.98) or a street (0.8) are by the way to the microphone. */
function blowing(samples: number, dull: number): Float32Array {
  let last = 0;
  return noise(samples, NOISE_DBFS).map((sample) => (last = dull * last + sample * Math.sqrt(1 - dull * dull)));
}

describe.each([
  ["austen", "a fan", 0.98],
  ["rms", "a fan", 0.98],
  ["austen", "a street", 0.8],
  ["rms", "a street", 0.8],
] as const)("noise under a reading: %s beside %s", (voice, _, dull) => {
  const clean = at48kHz(joined(silence(PAUSE_S), speech(voice)));
  const noisy = mixed(clean, blowing(clean.length, dull));
  const after = cleaned(noisy);
  // RNNoise learns what the noise is like within the first half second.
  const pause = (sound: Float32Array): number => levelDbfs(sound.subarray(0.6 * RATE_HZ, (PAUSE_S - 0.1) * RATE_HZ));
  const reading = (sound: Float32Array): Float32Array => sound.subarray(PAUSE_S * RATE_HZ);

  it("goes down by more than 20 dB", () => {
    expect(pause(noisy) - pause(after)).toBeGreaterThan(20);
  });

  it("leaves the speech as loud as it was, and more like itself than with the noise", () => {
    expect(Math.abs(levelDbfs(reading(after)) - levelDbfs(reading(clean)))).toBeLessThan(3);
    const [before, now] = [likeness(reading(clean), reading(noisy)), likeness(reading(clean), reading(after))];
    expect(now).toBeGreaterThan(0.85);
    expect(now).toBeGreaterThan(before);
  });
});

it("speech without noise stays as it is", () => {
  const clean = at48kHz(speech("rms"));
  expect(likeness(clean, cleaned(clean))).toBeGreaterThan(0.9);
});

it("frames cut and put together again are the same sound, a little later", () => {
  const frames = new Frames(() => undefined);
  const sound = noise(128 * 40, -20);
  const out = new Float32Array(sound.length);
  for (let at = 0; at < sound.length; at += 128)
    frames.process(sound.subarray(at, at + 128), out.subarray(at, at + 128));

  expect(out.subarray(DELAY_SAMPLES)).toEqual(sound.subarray(0, sound.length - DELAY_SAMPLES));
});

it("what is no program is refused", () => {
  expect(() => Rnnoise.load(new Uint8Array([1, 2, 3]))).toThrow();
});
