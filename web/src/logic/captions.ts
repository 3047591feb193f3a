/**
 * Captions as they arrive: revisions of one segment in one language, which make up a passage.
 *
 * A passage is what one speaker said in one go; it holds the original and the translations that were
 * received. Values are never changed in place.
 */

import { isLanguageCode } from "./languages";
import { momentMs, wholeNumber } from "./numbers";

/** One revision: the whole text so far of a segment in a language. */
export interface Revision {
  /** Unique for each segment and language. */
  readonly id: string;
  /** The same for the original and all its translations. */
  readonly segment: string;
  /** Identity of the speaker. */
  readonly speaker: string;
  readonly language: string;
  readonly sourceLanguage: string;
  readonly translated: boolean;
  /** Will never change. */
  readonly committed: string;
  /** May still be rewritten. */
  readonly tentative: string;
  readonly final: boolean;
  /** Milliseconds on the time line of the interpreter that sent it; null where the sender gave none. */
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** Why a translation is missing; the text is then the original. */
  readonly note: string;
  /** What may be wrong with a translation. */
  readonly doubt: string;
  /** Sent again to somebody who came late. */
  readonly history: boolean;
  /** Spoken in a computed voice that resembles the speaker's. */
  readonly likeness?: true;
}

export interface CaptionText {
  readonly language: string;
  readonly translated: boolean;
  readonly committed: string;
  readonly tentative: string;
  readonly final: boolean;
  readonly note: string;
  readonly doubt: string;
  /** Ended by the page, as its interpreter went away in the middle of it. */
  readonly cut?: true;
  /** Spoken in a computed voice that resembles the speaker's. */
  readonly likeness?: true;
}

export interface Passage {
  /** Unique in this browser, also when an interpreter was replaced. */
  readonly key: string;
  /** The key of the interpreter that it came from: all its passages are on one time line. */
  readonly epoch: string;
  readonly segment: string;
  readonly speaker: string;
  readonly sourceLanguage: string;
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** Milliseconds since the epoch when its first revision arrived. */
  readonly firstSeenMs: number;
  /** True while all that is known of it was sent again after the fact. */
  readonly history: boolean;
  readonly texts: readonly CaptionText[];
}

/** UTF-16 units of one caption; the interpreter sends at most 4000 code points. */
export const MOST_CHARACTERS = 8000;

/** UTF-16 units of any attribute that a stream carries, and how many attributes. */
const MOST_IN_ATTRIBUTE = 1000;
const MOST_ATTRIBUTES = 40;

/** Of a note or a doubt, as the interpreter cuts them. */
const MOST_REASON = 300;

/**
 * Reads a text stream of the topic `lk.transcription` that the interpreter has signed.
 *
 * Returns null for a stream that cannot be one of its captions: without a segment of its sender, without
 * languages, or longer than any.
 */
export function readRevision(
  text: string,
  attributes: Readonly<Record<string, string>>,
  sender: string,
): Revision | null {
  const value = (name: string): string => attributes[name] ?? "";
  const segment = value("translator.segment");
  const language = value("language");
  const sourceLanguage = value("translator.source_language");
  if (!isCaptionOf(sender, attributes) || text.length > MOST_CHARACTERS) return null;
  const final = value("lk.transcription_final") === "true";
  const points = [...text];
  const stated = wholeNumber(value("translator.committed"), points.length) ?? 0;
  const committed = final ? points.length : stated;
  const startMs = momentMs(value("translator.start_ms"));
  const endMs = momentMs(value("translator.end_ms"));
  return {
    id: value("lk.segment_id"),
    segment,
    speaker: sender,
    language,
    sourceLanguage,
    translated: value("translated") === "true",
    committed: points.slice(0, committed).join(""),
    tentative: points.slice(committed).join(""),
    final,
    startMs,
    endMs: startMs === null || endMs === null ? endMs : Math.max(startMs, endMs),
    note: reason(value("translator.note")),
    doubt: reason(value("translator.doubt")),
    history: value("translator.history") === "true",
    ...(value("translator.likeness") === "true" && { likeness: true as const }),
  };
}

/**
 * Whether a stream can be a caption of its sender, by its attributes alone: a segment belongs to the
 * participant in whose name it comes, so nobody can add to the words of somebody else.
 */
/** Whose words a stream says that it brings; only its signature makes that true. */
export function statedSpeaker(attributes: Readonly<Record<string, string>>): string {
  return (attributes["translator.segment"] ?? "").split("/", 1)[0] ?? "";
}

export function isCaptionOf(sender: string, attributes: Readonly<Record<string, string>>): boolean {
  const values = Object.values(attributes);
  if (values.length > MOST_ATTRIBUTES || values.some((value) => value.length > MOST_IN_ATTRIBUTE)) return false;
  const segment = attributes["translator.segment"] ?? "";
  const language = attributes["language"] ?? "";
  const place = segment.startsWith(`${sender}/`) ? segment.slice(sender.length + 1) : "";
  return (
    sender !== "" &&
    place !== "" &&
    !place.includes("/") &&
    isLanguageCode(language) &&
    isLanguageCode(attributes["translator.source_language"] ?? "") &&
    attributes["lk.segment_id"] === `${segment}/${language}`
  );
}

function reason(text: string): string {
  return [...text].slice(0, MOST_REASON).join("");
}

/** A passage with one more revision of it; the very same where that changes nothing. What is final stays as it is. */
export function merged(known: Passage, revision: Revision): Passage {
  const before = known.texts.find((text) => text.language === revision.language);
  if (before?.final && !(before.cut && revision.final)) return known;
  const text = textOf(revision);
  return {
    ...known,
    startMs: known.startMs ?? revision.startMs,
    endMs: revision.endMs === null ? known.endMs : Math.max(known.endMs ?? 0, revision.endMs),
    history: known.history && revision.history,
    texts: before
      ? known.texts.map((other) => (other === before ? text : other))
      : [...known.texts, text].sort(originalFirst),
  };
}

/** A passage whose interpreter has gone: nobody will say any more how it goes on. */
export function ended(passage: Passage): Passage {
  return { ...passage, texts: passage.texts.map(cut) };
}

function cut(text: CaptionText): CaptionText {
  return text.final ? text : { ...text, tentative: "", final: true, cut: true };
}

/** The first that is known of a passage; null where it says nothing. */
export function freshPassage(revision: Revision, key: string, epoch: string, nowMs: number): Passage | null {
  const text = textOf(revision);
  if (isEmpty(text)) return null;
  return {
    key,
    epoch,
    segment: revision.segment,
    speaker: revision.speaker,
    sourceLanguage: revision.sourceLanguage,
    startMs: revision.startMs,
    endMs: revision.endMs,
    firstSeenMs: nowMs,
    history: revision.history,
    texts: [text],
  };
}

/** Whether nothing is left of it. */
export function isWithdrawn(passage: Passage): boolean {
  return passage.texts.every(isEmpty);
}

function textOf(revision: Revision): CaptionText {
  const { language, translated, committed, tentative, final, note, doubt, likeness } = revision;
  return { language, translated, committed, tentative, final, note, doubt, ...(likeness && { likeness }) };
}

function isEmpty(text: CaptionText): boolean {
  return text.committed.trim() === "" && text.tentative.trim() === "";
}

function originalFirst(one: CaptionText, other: CaptionText): number {
  return Number(one.translated) - Number(other.translated) || one.language.localeCompare(other.language);
}
