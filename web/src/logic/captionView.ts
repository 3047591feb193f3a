/** What of the captions is shown, and how: pure functions from passages to paragraphs. */

import type { Passages } from "./captionLog";
import type { CaptionText, Passage } from "./captions";
import type { TextKey } from "./i18n";
import { sameLanguage } from "./languages";
import { isOffered } from "./offer";
import { apart, inParagraphs } from "./paragraphs";

export const READ_MODES = ["translation", "both", "original", "off"] as const;
export type ReadMode = (typeof READ_MODES)[number];
export const MODE_TEXTS: Readonly<Record<ReadMode, TextKey>> = {
  translation: "before.captionsTranslation",
  both: "before.captionsBoth",
  original: "before.captionsOriginal",
  off: "before.captionsOff",
};

export interface Reading {
  readonly mode: ReadMode;
  /** The language read; matters for "translation" and "both". */
  readonly language: string;
}

/** What can be read here; null where nobody knows. Whose language is not among it reads the original. */
type Offered = readonly string[] | null;

export interface CaptionChoice extends Reading {
  readonly offered: Offered;
  /** Shows only what will never change. */
  readonly calm: boolean;
}

/** What was read before, until a moment on the clock that passages are seen by. */
export interface FormerReading extends Reading {
  readonly untilMs: number;
}

/** One clause in one language. */
export interface ShownText {
  readonly key: string;
  readonly language: string;
  readonly committed: string;
  readonly tentative: string;
  readonly kind: "original" | "translation";
  readonly note: string;
  /** The language that the reader asked for and that is not offered, where this stands in for it; else "". */
  readonly instead: string;
  readonly doubt: string;
}

/** The clauses of a paragraph in the language that is read, or their originals. */
export interface ShownRow {
  readonly language: string;
  readonly kind: ShownText["kind"];
  readonly clauses: readonly ShownText[];
}

export interface ShownParagraph {
  readonly key: string;
  readonly speaker: string;
  /** False where the same speaker goes on and the name need not be said again. */
  readonly named: boolean;
  /** Kept from what was read before another language was chosen. */
  readonly former: boolean;
  readonly rows: readonly ShownRow[];
}

interface ShownClause {
  readonly passage: Passage;
  /** What it is read in; null for what is chosen now. */
  readonly former: FormerReading | null;
  readonly texts: readonly ShownText[];
}

/** So many older passages are looked at for those that are shown, and for where their first paragraph begins. */
const MOST_LOOKED_AT = 600;

/** The newest clauses, at most so many, in their paragraphs. */
export function shown(
  { all }: Pick<Passages, "all">,
  choice: CaptionChoice,
  most: number,
  former: readonly FormerReading[] = [],
): ShownParagraph[] {
  const newestFirst: ShownClause[] = [];
  for (let at = all.length - 1; at >= Math.max(0, all.length - MOST_LOOKED_AT); at -= 1) {
    const clause = shownClause(all[at] as Passage, choice, former);
    if (!clause) continue;
    const next = newestFirst.at(-1);
    // A paragraph is found from its beginning on, so that it stays what it is when its first clauses are not shown.
    if (next && newestFirst.length >= most && apart(clause.passage, next.passage)) break;
    newestFirst.push(clause);
  }
  let surplus = newestFirst.length - most;
  const result: ShownParagraph[] = [];
  for (const clauses of inParagraphs(newestFirst.reverse(), differ)) {
    const left = surplus > 0 ? clauses.slice(surplus) : clauses;
    surplus -= clauses.length;
    const [first] = left;
    if (!first) continue;
    const { key, speaker } = (clauses[0] as ShownClause).passage;
    result.push({
      key,
      speaker,
      named: result.at(-1)?.speaker !== speaker,
      former: first.former !== null,
      rows: rowsOf(left),
    });
  }
  return result;
}

function shownClause(passage: Passage, choice: CaptionChoice, former: readonly FormerReading[]): ShownClause | null {
  const texts = textsIn(passage, choice, choice.offered, choice.calm);
  if (texts.length) return { passage, former: null, texts };
  if (choice.mode === "off") return null;
  for (const reading of former) {
    if (passage.firstSeenMs >= reading.untilMs) continue;
    // What may still change will not be told any more.
    const kept = textsIn(passage, reading, choice.offered, true);
    if (kept.length) return { passage, former: reading, texts: kept };
  }
  return null;
}

function textsIn(passage: Passage, reading: Reading, offered: Offered, settledOnly: boolean): ShownText[] {
  return chosen(passage, reading, offered)
    .map((text) => ({ ...shownText(passage, text, settledOnly), instead: insteadOf(text, reading, offered) }))
    .filter(hasText);
}

/** Two clauses of different languages are no paragraph. */
function differ(before: ShownClause, next: ShownClause): boolean {
  if (before.former !== next.former) return true;
  return next.texts.some((text) =>
    before.texts.some(
      (other) => other.kind === text.kind && !other.note && !text.note && other.language !== text.language,
    ),
  );
}

/** One row for each language, in the order in which a clause has them. */
function rowsOf(clauses: readonly ShownClause[]): ShownRow[] {
  const rows = new Map<string, ShownText[]>();
  const fullest = clauses.toSorted((one, other) => other.texts.length - one.texts.length)[0];
  for (const { kind } of fullest?.texts ?? []) rows.set(kind, []);
  for (const text of clauses.flatMap(({ texts }) => texts)) {
    const row = rows.get(text.kind) ?? [];
    rows.set(text.kind, [...row, text]);
  }
  return [...rows.values()].flatMap((texts) => {
    const plain = texts.find((text) => !text.note) ?? texts[0];
    return plain ? [{ language: plain.language, kind: plain.kind, clauses: texts }] : [];
  });
}

/** The texts of a passage that a reader wants, the translation first. */
export function chosen(passage: Passage, { mode, language }: Reading, offered: Offered): readonly CaptionText[] {
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
      if (wanted?.note) return [wanted]; // it is the original
      return [wanted, original].filter(
        (text, at, all) => text !== undefined && all.indexOf(text) === at,
      ) as CaptionText[];
  }
}

function insteadOf(text: CaptionText, { mode, language }: Reading, offered: Offered): string {
  const wished = mode === "original" || sameLanguage(text.language, language);
  return wished || text.translated || isOffered(language, offered) ? "" : language;
}

function shownText(passage: Passage, text: CaptionText, settledOnly: boolean): Omit<ShownText, "instead"> {
  return {
    key: passage.key,
    // What could not be translated is still in the language that was spoken.
    language: text.note ? passage.sourceLanguage : text.language,
    committed: text.committed,
    tentative: settledOnly ? "" : text.tentative,
    kind: text.translated || text.note ? "translation" : "original",
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

  take({ all }: Pick<Passages, "all">, choice: CaptionChoice, nameOf: (speaker: string) => string): string {
    const fresh: string[] = [];
    for (const passage of all.slice(-40)) {
      const text = chosen(passage, choice, choice.offered)[0];
      if (!text?.final || this.said.has(passage.key)) continue;
      this.said.add(passage.key);
      if (!passage.history) fresh.push(`${nameOf(passage.speaker)}: ${text.committed}`);
    }
    // Who listens to a screen reader cannot catch up: the newest sentences are the ones that help.
    return fresh.slice(-this.most).join("\n");
  }
}
