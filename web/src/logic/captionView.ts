/** What of the captions is shown, and how: pure functions from passages to lines. */

import type { CaptionText, Passage, Passages } from "./captions";
import { sameLanguage } from "./languages";
import { isOffered } from "./offer";

export type ReadMode = "off" | "translation" | "original" | "both";

export interface CaptionChoice {
  readonly mode: ReadMode;
  /** The language read; matters for "translation" and "both". */
  readonly language: string;
  /** What can be read here; null where nobody knows. Whose language is not among it reads the original. */
  readonly offered: readonly string[] | null;
  /** Shows only what will never change. */
  readonly calm: boolean;
}

export interface ShownText {
  readonly language: string;
  readonly committed: string;
  readonly tentative: string;
  readonly kind: "original" | "translation";
  readonly note: string;
  /** The language that the reader asked for and that is not offered, where this stands in for it; else "". */
  readonly instead: string;
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
      .map((text) => shownText(text, choice))
      .filter(hasText);
    if (texts.length) result.push({ key: passage.key, speaker: passage.speaker, named: true, texts });
  }
  result.reverse();
  return result.map((one, at) => ({ ...one, named: one.speaker !== result[at - 1]?.speaker }));
}

/** The texts of a passage that a reader wants, the translation first. */
export function chosen(passage: Passage, { mode, language, offered }: CaptionChoice): readonly CaptionText[] {
  const original = passage.texts.find((text) => !text.translated && text.note === "");
  const found = passage.texts.find((text) => sameLanguage(text.language, language));
  const wanted = found ?? (isOffered(language, offered) ? undefined : original);
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

function shownText(text: CaptionText, { mode, language, offered, calm }: CaptionChoice): ShownText {
  const wished = mode === "original" || sameLanguage(text.language, language);
  return {
    language: text.language,
    committed: text.committed,
    tentative: calm ? "" : text.tentative,
    kind: text.translated ? "translation" : "original",
    note: text.note,
    instead: wished || text.translated || isOffered(language, offered) ? "" : language,
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
