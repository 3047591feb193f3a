/** What the interpreter's machine keeps up with, as the service tells it. */

export interface Capacity {
  /** How many people may speak at the same time. */
  readonly speakers: number;
  /** For one, two … `speakers`: into how many languages they can be spoken. */
  readonly languages: readonly number[];
  /** What the meeting goes without because it asks for more. */
  readonly given_up: readonly string[];
}

export interface Load {
  readonly speakers: number;
  readonly languages: number;
}

/** As many people as may speak at once, and one alone where that leaves room for more languages. */
export function loadsOf({ speakers, languages }: Capacity): readonly Load[] {
  const together = languages[Math.min(speakers, languages.length) - 1];
  const alone = languages[0];
  if (together === undefined || alone === undefined) return [];
  const most = { speakers, languages: together };
  return alone > together ? [most, { speakers: 1, languages: alone }] : [most];
}
