/** Speech for tests without a browser, 16 kHz, G.711. */

import austen from "./sounds/austen.wav?inline";
import rms from "./sounds/rms.wav?inline";

export const RATE_HZ = 16_000;
const FILES = { austen, rms };

/**
 * Shape (samples,), full scale 1. "austen" is 7 s read by a person (bench/data), "rms" 11 s by the voice of a
 * machine (three sentences of tests/data/speech), as translations are.
 */
export function speech(name: keyof typeof FILES): Float32Array {
  const file = atob(FILES[name].slice(FILES[name].indexOf(",") + 1));
  return Float32Array.from(file.slice(file.indexOf("data") + 8), (sign) => linear(sign.charCodeAt(0)));
}

/** Source: ITU-T G.711, µ-law. */
function linear(byte: number): number {
  const code = ~byte & 0xff;
  const size = (((code & 0x0f) << 3) + 0x84) << ((code & 0x70) >> 4);
  return (code & 0x80 ? 0x84 - size : size - 0x84) / 32_768;
}

/** White noise that is the same each time, of a level in dB relative to full scale. */
export function noise(samples: number, dbfs: number, seed = 1): Float32Array {
  let state = seed;
  const size = 10 ** (dbfs / 20) * Math.sqrt(3);
  return Float32Array.from({ length: samples }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return size * (state / 2 ** 31 - 1);
  });
}

/** The sum of sounds; the shorter ones end earlier. */
export function mixed(...sounds: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(Math.max(...sounds.map(({ length }) => length)));
  for (const sound of sounds) for (const [at, sample] of sound.entries()) sum[at] = (sum[at] ?? 0) + sample;
  return sum;
}

/** A sound in a room with a loudspeaker: later, quieter, with reflections that die away, and cut off above full scale. */
export function throughRoom(sound: Float32Array, { delayMs, gain }: { delayMs: number; gain: number }): Float32Array {
  const ms = RATE_HZ / 1000;
  const paths = [
    [0, 1],
    [7, 0.5],
    [13, -0.4],
    [29, 0.3],
    [47, 0.2],
    [83, -0.12],
  ] as const;
  const heard = new Float32Array(sound.length + (delayMs + 100) * ms);
  for (const [laterMs, part] of paths) {
    const from = Math.round((delayMs + laterMs) * ms);
    for (const [at, sample] of sound.entries()) {
      heard[from + at] = Math.max(-1, Math.min(1, (heard[from + at] ?? 0) + sample * part * gain));
    }
  }
  return heard;
}

export function louder(sound: Float32Array, gain: number): Float32Array {
  return sound.map((sample) => sample * gain);
}

export function joined(...sounds: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(sounds.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const sound of sounds) {
    all.set(sound, at);
    at += sound.length;
  }
  return all;
}

export function silence(seconds: number): Float32Array {
  return new Float32Array(Math.round(seconds * RATE_HZ));
}
