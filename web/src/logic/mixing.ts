/** How loud the originals and the translation are: arithmetic and small machines without a clock of their own. */

/** Above this the translated voice counts as speaking; comfort noise and Opus's silence stay far below. */
const OPENS_DBFS = -50;
/** Shorter gaps between words and clauses do not bring the originals back up. */
const HOLD_MS = 900;

/** dB relative to full scale of samples in -1..1; -Infinity for digital silence or no samples. */
export function levelDbfs(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum === 0 ? -Infinity : 10 * Math.log10(sum / samples.length);
}

/** Maps speech to 0..1 for a meter: -60 dBFS and below is empty, -6 dBFS is full. */
export function meterOf(dbfs: number): number {
  return Math.min(1, Math.max(0, (dbfs + 60) / 54));
}

/** Says whether a voice is speaking, from levels that are fed in; bridges the gaps of ordinary speech. */
export class SpeechGate {
  private lastLoudMs = -Infinity;

  feed(dbfs: number, nowMs: number): boolean {
    if (dbfs > OPENS_DBFS) this.lastLoudMs = nowMs;
    return nowMs - this.lastLoudMs < HOLD_MS;
  }
}

export interface Gains {
  readonly original: number;
  readonly translation: number;
}

/**
 * Gains while the translation speaks.
 *
 * `balance` runs from 0, the original alone, over 0.5, both in full, to 1, the translation alone.
 * Loudness is heard roughly as the square of the slider's way.
 */
export function gainsFor(balance: number): Gains {
  const position = Math.min(1, Math.max(0, balance));
  return {
    original: position <= 0.5 ? 1 : ((1 - position) * 2) ** 2,
    translation: position >= 0.5 ? 1 : (position * 2) ** 2,
  };
}

/** Seconds of the exponential way to a new gain: down fast enough for the first word, up without a jolt. */
export const DUCK_TIME_S = 0.08;
export const RELEASE_TIME_S = 0.35;

/** Gain of one original at this moment, and how quickly to get there. */
export function originalGain(
  balance: number,
  { translationSpeaking, understood }: { translationSpeaking: boolean; understood: boolean },
): { readonly gain: number; readonly timeS: number } {
  // Somebody who speaks the listener's language is not interpreted, so must not be turned down.
  if (!translationSpeaking || understood) return { gain: 1, timeS: RELEASE_TIME_S };
  return { gain: gainsFor(balance).original, timeS: DUCK_TIME_S };
}
