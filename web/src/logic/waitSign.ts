/** When somebody who has just stopped speaking is told that others still listen: a small machine without a clock. */

/** Above this a microphone counts as heard; noise suppression keeps a silent room below. */
const LOUD_DBFS = -45;
/** A pause in one's own speech; shorter ones are between words. */
const SILENT_AFTER_MS = 400;
/** Shorter sounds are no speech: a cough neither makes anybody a speaker nor takes the sign away. */
const SPEECH_FROM_MS = 250;
/** Pauses between two clauses of a translation do not end the sign. */
const LINGER_MS = 900;
/** What is translated so late is not answered by waiting. */
export const STOPPED_FOR_MS = 30_000;

export interface WaitInput {
  readonly nowMs: number;
  /** Of one's own microphone; -Infinity while it is muted. */
  readonly levelDbfs: number;
  readonly othersSpeak: boolean;
  /** How many others hear a translation at this moment. */
  readonly listeners: number;
}

export class WaitSign {
  private loudSinceMs = -Infinity;
  private lastLoudMs = -Infinity;
  private lastHeardMs = -Infinity;
  private mine = false;
  private listeners = 0;

  /** How many still listen to what this person said last; 0 while there is nothing to wait for. */
  feed({ nowMs, levelDbfs, othersSpeak, listeners }: WaitInput): number {
    const pausedMs = nowMs - this.lastLoudMs;
    if (levelDbfs > LOUD_DBFS) {
      if (pausedMs > SILENT_AFTER_MS) this.loudSinceMs = nowMs;
      this.lastLoudMs = nowMs;
    }
    const speaks = nowMs - this.lastLoudMs <= SILENT_AFTER_MS && this.lastLoudMs - this.loudSinceMs >= SPEECH_FROM_MS;
    if (speaks) this.mine = true;
    else if (othersSpeak || pausedMs > STOPPED_FOR_MS) this.mine = false;
    if (listeners > 0) {
      this.lastHeardMs = nowMs;
      this.listeners = listeners;
    }
    return this.mine && !speaks && nowMs - this.lastHeardMs < LINGER_MS ? this.listeners : 0;
  }
}
