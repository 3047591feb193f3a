/** Finds a sound that is played again in what a microphone hears: a machine without a clock, fed with frames. */

import { BANDS, FRAME_MS, SILENCE_DBFS } from "./bands";

/** So much of the past is compared. */
const WINDOW = 4000 / FRAME_MS;
/** From the loudspeaker's buffer to the microphone's: 0.7 s holds also for wireless ones. */
const MOST_LAG = 700 / FRAME_MS;
const LOOK_EVERY = 500 / FRAME_MS;
/** Frames come in batches, of what is played and what is heard by turns. */
export const FRAMES_AT_ONCE = 25;
/** A voice that is played is above this in some band. */
const PLAYED_DBFS = -55;
/** So many frames of the window must hold a voice, else there is nothing to be found. */
const LEAST_PLAYED = WINDOW * 0.4;
/** Likeness of the two, -1…1. Other speech reaches 0.39 at its best lag, an echo alone has 0.78 to 0.94. */
const ALIKE = 0.45;
/** An echo stays where it is; a chance likeness does not. */
const SAME_LAG = 1;
/** So many looks in a row. */
const LOOKS = 4;

export class EchoFinder {
  private readonly played = new Ring(WINDOW + MOST_LAG);
  private readonly heard = new Ring(WINDOW);
  private untilLook = LOOK_EVERY;
  private looks = 0;
  private lag = -1;

  /** One frame of each, shape (BANDS,), in dB. True in the moment in which the echo is certain. */
  feed(played: ArrayLike<number>, heard: ArrayLike<number>): boolean {
    this.played.push(played);
    this.heard.push(heard);
    if (--this.untilLook > 0) return false;
    this.untilLook = LOOK_EVERY;
    const best = this.look();
    if (!best || best.likeness < ALIKE) {
      this.looks = 0;
      return false;
    }
    this.looks = Math.abs(best.lag - this.lag) <= SAME_LAG ? this.looks + 1 : 1;
    this.lag = best.lag;
    if (this.looks < LOOKS) return false;
    this.looks = 0;
    return true;
  }

  /** Shape (FRAMES_AT_ONCE, 2, BANDS). */
  feedBatch(batch: Float32Array): boolean {
    let found = false;
    for (let at = 0; at + 2 * BANDS <= batch.length; at += 2 * BANDS) {
      found = this.feed(batch.subarray(at, at + BANDS), batch.subarray(at + BANDS, at + 2 * BANDS)) || found;
    }
    return found;
  }

  /** The best likeness of now, and how many frames later it is heard; null while too little is played. */
  look(): { likeness: number; lag: number } | null {
    let best: { likeness: number; lag: number } | null = null;
    for (let lag = 0; lag <= MOST_LAG; lag += 1) {
      const likeness = this.likeness(lag);
      if (likeness !== null && likeness > (best?.likeness ?? -1)) best = { likeness, lag };
    }
    return best;
  }

  /**
   * Correlation of all bands' courses together, each around its own mean: a room's colour does not count.
   *
   * Only frames in which a voice is played are compared. With pauses in, any two voices that begin or end together
   * would be alike.
   */
  private likeness(lag: number): number | null {
    const ages = this.played.loudAges(WINDOW, lag);
    if (ages.length < LEAST_PLAYED) return null;
    let together = 0;
    let ofPlayed = 0;
    let ofHeard = 0;
    for (let band = 0; band < BANDS; band += 1) {
      let x = 0;
      let y = 0;
      let xx = 0;
      let yy = 0;
      let xy = 0;
      for (const age of ages) {
        const a = this.played.at(age + lag, band);
        const b = this.heard.at(age, band);
        x += a;
        y += b;
        xx += a * a;
        yy += b * b;
        xy += a * b;
      }
      together += xy - (x * y) / ages.length;
      ofPlayed += xx - (x * x) / ages.length;
      ofHeard += yy - (y * y) / ages.length;
    }
    return ofPlayed > 0 && ofHeard > 0 ? together / Math.sqrt(ofPlayed * ofHeard) : 0;
  }
}

/** The last so many frames; what was before the first is silence. */
class Ring {
  private readonly values: Float32Array;
  private readonly loud: Uint8Array;
  private newest = 0;

  constructor(private readonly frames: number) {
    this.values = new Float32Array(frames * BANDS).fill(SILENCE_DBFS);
    this.loud = new Uint8Array(frames);
  }

  push(frame: ArrayLike<number>): void {
    this.newest = (this.newest + 1) % this.frames;
    let loudest = SILENCE_DBFS;
    for (let band = 0; band < BANDS; band += 1) {
      const level = frame[band] ?? SILENCE_DBFS;
      this.values[this.newest * BANDS + band] = level;
      loudest = Math.max(loudest, level);
    }
    this.loud[this.newest] = loudest > PLAYED_DBFS ? 1 : 0;
  }

  at(age: number, band: number): number {
    return this.values[this.place(age) * BANDS + band] ?? SILENCE_DBFS;
  }

  /** Which of the last `count` frames before `lag` are loud; ages without the lag. */
  loudAges(count: number, lag: number): number[] {
    const ages: number[] = [];
    for (let age = 0; age < count; age += 1) if (this.loud[this.place(age + lag)]) ages.push(age);
    return ages;
  }

  private place(age: number): number {
    return (this.newest - age + this.frames) % this.frames;
  }
}
