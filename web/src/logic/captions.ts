/**
 * Captions as they arrive: revisions of one segment in one language, merged into passages.
 *
 * A passage is what one speaker said in one go; it holds the original and the translations that were
 * received. Values are never changed in place.
 */

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
}

export interface CaptionText {
  readonly language: string;
  readonly translated: boolean;
  readonly committed: string;
  readonly tentative: string;
  readonly final: boolean;
  readonly note: string;
  readonly doubt: string;
}

export interface Passage {
  /** Unique in this browser, also when an interpreter was replaced and counts from 1 again. */
  readonly key: string;
  /** The interpreter that it came from: all its passages are on one time line. */
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

export type Passages = readonly Passage[];

const MOST_MS = 1e11;

/** About ten hours of talk; older passages make room. */
export const MOST_PASSAGES = 12_000;

/**
 * Reads a text stream of the topic `lk.transcription`.
 *
 * Attributes of other senders than HIVE's interpreter may be missing: the text is then one language, all
 * tentative until it is final. Returns null for a stream without a segment.
 */
export function readRevision(
  text: string,
  attributes: Readonly<Record<string, string>>,
  sender: string,
): Revision | null {
  const id = attributes["lk.segment_id"];
  if (!id) return null;
  const final = attributes["lk.transcription_final"] === "true";
  const language = attributes["language"] ?? "";
  const points = [...text];
  const stated = Number.parseInt(attributes["translator.committed"] ?? "0", 10);
  const committed = final ? points.length : Math.min(Number.isNaN(stated) ? 0 : stated, points.length);
  return {
    id,
    segment: attributes["translator.segment"] ?? id,
    speaker: sender,
    language,
    sourceLanguage: attributes["translator.source_language"] ?? language,
    translated: attributes["translated"] === "true",
    committed: points.slice(0, committed).join(""),
    tentative: points.slice(committed).join(""),
    final,
    startMs: milliseconds(attributes["translator.start_ms"]),
    endMs: milliseconds(attributes["translator.end_ms"]),
    note: attributes["translator.note"] ?? "",
    doubt: attributes["translator.doubt"] ?? "",
    history: attributes["translator.history"] === "true",
  };
}

function milliseconds(value: string | undefined): number | null {
  if (value === undefined || value === "") return null;
  const number = Number(value);
  // Nothing lasts for years, and a date beyond all calendars can be written nowhere.
  return number >= 0 && number < MOST_MS ? number : null;
}

/**
 * Merges one revision.
 *
 * `epoch` names the interpreter that sent it: another one starts to count its segments again. What is
 * final stays as it is.
 */
export function merge(passages: Passages, revision: Revision, epoch: string, nowMs: number): Passages {
  const key = `${epoch}:${revision.segment}`;
  const at = passages.findLastIndex((passage) => passage.key === key);
  const known = passages[at];
  if (!known) return insert(passages, freshPassage(revision, key, epoch, nowMs));

  const before = known.texts.find((text) => text.language === revision.language);
  if (before?.final) return passages;
  const text = textOf(revision);
  const passage: Passage = {
    ...known,
    startMs: known.startMs ?? revision.startMs,
    endMs: revision.endMs === null ? known.endMs : Math.max(known.endMs ?? 0, revision.endMs),
    history: known.history && revision.history,
    texts: before
      ? known.texts.map((other) => (other === before ? text : other))
      : [...known.texts, text].sort(originalFirst),
  };
  // A draft that was withdrawn leaves nothing behind.
  if (passage.texts.every(isEmpty)) return passages.toSpliced(at, 1);
  return passages.with(at, passage);
}

function freshPassage(revision: Revision, key: string, epoch: string, nowMs: number): Passage | null {
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

/** Appends, but what was sent again goes before what was said later. */
function insert(passages: Passages, passage: Passage | null): Passages {
  if (!passage) return passages;
  const later = passage.history
    ? passages.findIndex(
        (other) =>
          other.epoch === passage.epoch &&
          other.startMs !== null &&
          passage.startMs !== null &&
          other.startMs > passage.startMs,
      )
    : -1;
  const inserted = later < 0 ? [...passages, passage] : passages.toSpliced(later, 0, passage);
  return inserted.length > MOST_PASSAGES ? inserted.slice(inserted.length - MOST_PASSAGES) : inserted;
}

function textOf(revision: Revision): CaptionText {
  const { language, translated, committed, tentative, final, note, doubt } = revision;
  return { language, translated, committed, tentative, final, note, doubt };
}

function isEmpty(text: CaptionText): boolean {
  return text.committed.trim() === "" && text.tentative.trim() === "";
}

function originalFirst(one: CaptionText, other: CaptionText): number {
  return Number(one.translated) - Number(other.translated) || one.language.localeCompare(other.language);
}
