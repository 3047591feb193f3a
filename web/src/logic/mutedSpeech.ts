/** Whether somebody speaks into a microphone that is muted for the others: a machine without a clock. */

const WINDOW_MS = 3000;
/** Quieter voices are those of others in the room. */
const LOUD_DBFS = -50;
/** So far above what is always there. */
const ABOVE_FLOOR_DB = 12;
/** The share of the window that counts as what is always there: between syllables there is as much. */
const FLOOR_SHARE = 0.15;
/** A shorter sound is a key or a click, */
const SYLLABLE_FROM_MS = 100;
/** fewer of them a cough, a door or a machine that begins, */
const LEAST_SYLLABLES = 3;
/** and all together as long are no speech. */
const LEAST_VOICE_MS = 800;
/** Levels that come so rarely say nothing about syllables: browsers slow down pages in the background. */
const LONGEST_STEP_MS = 250;

export class MutedSpeech {
  private levels: { readonly atMs: number; readonly dbfs: number }[] = [];

  /** One level of the microphone; to be fed about twenty times a second. True while it is speech. */
  feed(dbfs: number, nowMs: number): boolean {
    const last = this.levels.at(-1);
    if (last && nowMs - last.atMs > LONGEST_STEP_MS) this.levels = [];
    this.levels = [...this.levels.filter(({ atMs }) => nowMs - atMs < WINDOW_MS), { atMs: nowMs, dbfs }];
    const syllables = this.syllablesMs();
    return syllables.length >= LEAST_SYLLABLES && syllables.reduce((sum, ms) => sum + ms, 0) >= LEAST_VOICE_MS;
  }

  /** How long each loud stretch is that has ended. */
  private syllablesMs(): number[] {
    const sorted = this.levels.map(({ dbfs }) => dbfs).sort((a, b) => a - b);
    const floor = sorted[Math.floor(sorted.length * FLOOR_SHARE)] ?? -Infinity;
    const loudFrom = Math.max(LOUD_DBFS, floor + ABOVE_FLOOR_DB);
    const lengths: number[] = [];
    let beganMs: number | null = null;
    for (const { atMs, dbfs } of this.levels) {
      if (dbfs > loudFrom) beganMs ??= atMs;
      else if (beganMs !== null) {
        lengths.push(atMs - beganMs);
        beganMs = null;
      }
    }
    return lengths.filter((ms) => ms >= SYLLABLE_FROM_MS);
  }
}

/** Once while muted, and not again soon: somebody who talks to those in the room knows that they are muted. */
const NOT_AGAIN_MS = 60_000;

export class MutedWord {
  private toldMs = -Infinity;
  private told = false;

  /** The microphone was muted anew. */
  muted(): void {
    this.told = false;
  }

  /** Whether it is to be said now that somebody speaks. */
  spoke(nowMs: number): boolean {
    if (this.told || nowMs - this.toldMs < NOT_AGAIN_MS) return false;
    this.told = true;
    this.toldMs = nowMs;
    return true;
  }
}
