/** Received captions as a transcript: who said what when, in paragraphs, in one language or aligned. */

import type { CaptionText, Passage } from "./captions";
import type { ChatLine } from "./chatLines";
import { sameLanguage } from "./languages";
import { LONGEST_MS, within } from "./numbers";
import { flowed, inParagraphs } from "./paragraphs";

/** A paragraph, or one clause of it. */
export interface Entry {
  readonly speaker: string;
  readonly name: string;
  /** Milliseconds since the first words of the meeting that this browser knows of. */
  readonly startMs: number;
  readonly endMs: number;
  readonly sourceLanguage: string;
  readonly texts: readonly EntryText[];
}

export interface EntryText {
  readonly language: string;
  readonly text: string;
  readonly original: boolean;
  /** Why there is no translation into `language`; the text is then the original. */
  readonly note: string;
  /** What may be wrong with the translation. */
  readonly doubt: string;
  /** Spoken in a computed voice that resembles the speaker's. */
  readonly likeness?: true;
}

export interface Transcript {
  readonly title: string;
  /** When the first words were spoken, as far as known: milliseconds since the epoch. */
  readonly beganMs: number;
  readonly languages: readonly string[];
  /** Whether there is anything of what was spoken, in whatever language. */
  readonly originals: boolean;
  /** The paragraphs. */
  readonly entries: readonly Entry[];
  readonly clauses: readonly Clause[];
  /** What was written meanwhile. */
  readonly chat?: readonly ChatLine[];
}

interface Clause extends Entry {
  readonly passage: Passage;
}

/** Every cue stays at least this long, whatever the clocks say. */
export const SHORTEST_MS = 500;

/** Something to be seen, besides blanks and marks that only say how to write. */
const VISIBLE = /[^\s\p{C}]/u;

/** Gathers what will not change any more; drafts are left out. */
export function transcriptOf(
  passages: readonly Passage[],
  title: string,
  nameOf: (identity: string) => string,
): Transcript {
  const offsets = epochOffsets(passages);
  const said = passages
    .flatMap((passage) => clauseOf(passage, offsets, nameOf))
    .sort((one, other) => one.startMs - other.startMs);
  const beganMs = said[0]?.startMs ?? 0;
  const clauses = said.map((one) => ({ ...one, startMs: one.startMs - beganMs, endMs: one.endMs - beganMs }));
  return {
    title,
    beganMs,
    languages: [...new Set(clauses.flatMap(({ texts }) => texts.map((text) => text.language)))].sort(),
    originals: clauses.some((clause) => originalOf(clause) !== undefined),
    entries: paragraphsOf(clauses),
    clauses,
  };
}

function paragraphsOf(clauses: readonly Clause[]): Entry[] {
  return inParagraphs(clauses, differ).map(paragraphOf);
}

/** What was not translated stands alone, so that it can be marked. */
function differ(before: Clause, next: Clause): boolean {
  const missing = ({ texts }: Clause): string =>
    texts
      .filter((text) => text.note)
      .map((text) => text.language)
      .join();
  return !sameLanguage(before.sourceLanguage, next.sourceLanguage) || missing(before) !== missing(next);
}

function paragraphOf(clauses: readonly Clause[]): Entry {
  const [first] = clauses as [Clause];
  const languages = [...new Set(clauses.flatMap(({ texts }) => texts.map((text) => text.language)))];
  return {
    speaker: first.speaker,
    name: first.name,
    startMs: first.startMs,
    endMs: Math.max(...clauses.map(({ endMs }) => endMs)),
    sourceLanguage: first.sourceLanguage,
    texts: languages
      .map((language) => textOf(language, clauses))
      .sort((one, other) => Number(other.original) - Number(one.original)),
  };
}

function textOf(language: string, clauses: readonly Clause[]): EntryText {
  const texts = clauses.flatMap((clause) => clause.texts.filter((text) => text.language === language));
  const reasons = (of: (text: EntryText) => string): string => [...new Set(texts.map(of).filter(Boolean))].join("; ");
  return {
    language,
    text: flowed(
      texts.map(({ text }) => text),
      language,
    ),
    original: texts.every((text) => text.original),
    note: reasons((text) => text.note),
    doubt: reasons((text) => text.doubt),
    ...(texts.some((text) => text.likeness) && { likeness: true as const }),
  };
}

/** So much later than the quickest a caption may come and still say something about the time line. */
const LATE_MS = 60_000;
/** The same for what was sent again: it may have been said long before. */
const LATE_HISTORY_MS = 12 * 3600 * 1000;
/** Nothing that was not sent again comes later after its words. */
const LATEST_MS = 5 * 60_000;

/**
 * When each interpreter's time line began, on the clock of this browser.
 *
 * Captions come later than the words by a delay that varies; the passage that came quickest is nearest to
 * the truth. What was sent again came late for another reason and counts only where nothing else does. A time
 * that is far from those of most passages says nothing: no single one can move the others.
 */
function epochOffsets(passages: readonly Passage[]): Map<string, number> {
  const begun = new Map<string, { live: number[]; history: number[] }>();
  for (const passage of passages) {
    const startMs = claimedMs(passage.startMs);
    if (startMs === null) continue;
    const { live, history } = begun.get(passage.epoch) ?? { live: [], history: [] };
    (passage.history ? history : live).push(passage.firstSeenMs - startMs);
    begun.set(passage.epoch, { live, history });
  }
  return new Map(
    [...begun].map(([epoch, { live, history }]) => [
      epoch,
      live.length ? quickest(live, LATE_MS) : quickest(history, LATE_HISTORY_MS),
    ]),
  );
}

/** The least of the values that are not much less than the middle one; of two, the later counts as the middle. */
function quickest(values: readonly number[], spreadMs: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)] as number;
  return sorted.find((value) => value >= middle - spreadMs) as number;
}

/** A moment on an interpreter's time line; null where there is none that a meeting can have. */
function claimedMs(ms: number | null): number | null {
  return ms !== null && ms >= 0 && ms <= LONGEST_MS ? ms : null;
}

/** When a passage was said, on the clock of this browser: before it was seen, and not long before unless sent again. */
function saidAtMs(passage: Passage, offsets: Map<string, number>): number {
  const offset = offsets.get(passage.epoch);
  const startMs = claimedMs(passage.startMs);
  if (offset === undefined || startMs === null) return passage.firstSeenMs;
  const earliest = passage.firstSeenMs - (passage.history ? LONGEST_MS : LATEST_MS);
  return within(offset + startMs, earliest, passage.firstSeenMs);
}

function clauseOf(passage: Passage, offsets: Map<string, number>, nameOf: (identity: string) => string): Clause[] {
  const texts = passage.texts.filter((text) => text.final && VISIBLE.test(text.committed));
  if (!texts.length) return [];
  const startMs = saidAtMs(passage, offsets);
  const claimedStart = claimedMs(passage.startMs);
  const claimedEnd = claimedMs(passage.endMs);
  const lengthMs = claimedStart === null || claimedEnd === null ? 0 : claimedEnd - claimedStart;
  return [
    {
      passage,
      speaker: passage.speaker,
      name: nameOf(passage.speaker),
      startMs,
      endMs: startMs + Math.max(SHORTEST_MS, lengthMs),
      sourceLanguage: passage.sourceLanguage,
      texts: texts.map((text) => ({
        language: text.language,
        text: text.committed.trim(),
        original: isOriginal(text, passage),
        note: text.note,
        doubt: text.doubt,
        ...(text.likeness && { likeness: text.likeness }),
      })),
    },
  ];
}

function isOriginal(text: CaptionText, passage: Passage): boolean {
  return !text.translated && sameLanguage(text.language, passage.sourceLanguage);
}

/** The same with other texts, clause by clause. */
export function mapped(transcript: Transcript, change: (clause: Entry, text: EntryText) => EntryText): Transcript {
  const clauses = transcript.clauses.map((clause) => ({
    ...clause,
    texts: clause.texts.map((text) => change(clause, text)),
  }));
  return { ...transcript, entries: paragraphsOf(clauses), clauses };
}

/** Keeps one language; "original" keeps what was spoken, whatever the language. */
export function inLanguage(transcript: Transcript, language: string): Transcript {
  const clauses = transcript.clauses.flatMap((clause) => {
    const text =
      language === "original"
        ? originalOf(clause)
        : clause.texts.find((candidate) => sameLanguage(candidate.language, language));
    return text ? [{ ...clause, texts: [text] }] : [];
  });
  return {
    ...transcript,
    languages: language === "original" ? transcript.languages : [language],
    entries: paragraphsOf(clauses),
    clauses,
  };
}

/** What was spoken. Where a translation is missing its text is the original, also for somebody who reads no other. */
export function originalOf({ texts, sourceLanguage }: Entry): EntryText | undefined {
  const untranslated = texts.find((text) => text.note);
  return (
    texts.find((text) => text.original) ??
    (untranslated && { ...untranslated, language: sourceLanguage, original: true, note: "", doubt: "" })
  );
}
