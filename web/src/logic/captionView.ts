/** What of the captions is shown, and how: pure functions from passages to lines. */

import type { CaptionText, Passage, Passages } from "./captions";
import { sameLanguage } from "./languages";

export const READ_MODES = ["translation", "both", "original", "off"] as const;
export type ReadMode = (typeof READ_MODES)[number];

export interface CaptionChoice {
  readonly mode: ReadMode;
  /** The language read; matters for "translation" and "both". */
  readonly language: string;
  /** Shows only what will never change. */
  readonly calm: boolean;
}

export interface ShownText {
  readonly language: string;
  readonly committed: string;
  readonly tentative: string;
  readonly kind: "original" | "translation";
  readonly note: string;
  readonly doubt: string;
}

export interface ShownPassage {
  readonly key: string;
  readonly speaker: string;
  /** False where the same speaker goes on and the name need not be said again. */
  readonly named: boolean;
  readonly texts: readonly ShownText[];
}

export function shown(passages: Passages, choice: CaptionChoice, most: number): ShownPassage[] {
  const result: ShownPassage[] = [];
  for (let at = passages.length - 1; at >= 0 && result.length < most; at -= 1) {
    const passage = passages[at] as Passage;
    const texts = chosen(passage, choice)
      .map((text) => shownText(text, choice.calm))
      .filter(hasText);
    if (texts.length) result.push({ key: passage.key, speaker: passage.speaker, named: true, texts });
  }
  result.reverse();
  return result.map((one, at) => ({ ...one, named: one.speaker !== result[at - 1]?.speaker }));
}

/** The texts of a passage that a reader wants, the translation first. */
export function chosen(passage: Passage, { mode, language }: CaptionChoice): readonly CaptionText[] {
  const original = passage.texts.find((text) => !text.translated && text.note === "");
  const wanted = passage.texts.find((text) => sameLanguage(text.language, language));
  switch (mode) {
    case "off":
      return [];
    case "original":
      return original ? [original] : [];
    case "translation":
      return wanted ? [wanted] : [];
    case "both":
      return [wanted, original].filter(
        (text, at, all) => text !== undefined && all.indexOf(text) === at,
      ) as CaptionText[];
  }
}

function shownText(text: CaptionText, calm: boolean): ShownText {
  return {
    language: text.language,
    committed: text.committed,
    tentative: calm ? "" : text.tentative,
    kind: text.translated ? "translation" : "original",
    note: text.note,
    doubt: text.doubt,
  };
}

function hasText(text: ShownText): boolean {
  return text.committed.trim() !== "" || text.tentative.trim() !== "";
}

/**
 * What a screen reader is told: whole finished sentences in one language, gathered, never the same twice.
 *
 * `take` returns what has become final since the last call, so that a caller with a slow rhythm sets the
 * pace and a lively meeting cannot flood anybody.
 */
export class Announcer {
  private readonly said = new Set<string>();

  constructor(private readonly most = 3) {}

  take(passages: Passages, choice: CaptionChoice, nameOf: (speaker: string) => string): string {
    const fresh: string[] = [];
    for (const passage of passages.slice(-40)) {
      const text = chosen(passage, choice)[0];
      if (!text?.final || this.said.has(passage.key)) continue;
      this.said.add(passage.key);
      if (!passage.history) fresh.push(`${nameOf(passage.speaker)}: ${text.committed}`);
    }
    // Who listens to a screen reader cannot catch up: the newest sentences are the ones that help.
    return fresh.slice(-this.most).join("\n");
  }
}
