/** A transcript that the interpreter recorded, as captions that the page knows. */

import type { CaptionText, Passage } from "./captions";
import { isLanguageCode } from "./languages";
import { transcriptOf, type Transcript } from "./transcript";

/** One part's file. */
export interface RecordedLines {
  readonly part: string;
  /** Milliseconds since the epoch. */
  readonly beganMs: number;
  /** JSON, a line each. */
  readonly text: string;
}

interface Line {
  readonly segment: string;
  readonly speaker: string;
  readonly name: string;
  readonly language: string;
  readonly source_language: string;
  readonly start_s: number;
  readonly end_s: number;
  readonly text: string;
  readonly note: string;
  readonly doubt: string;
  /** Spoken in a computed voice that resembles the speaker's. */
  readonly likeness?: true;
  /** Another part, whose line this one takes the place of. */
  readonly part?: string;
}

/** All parts as one transcript; lines that are cut or make no sense are left out. */
export function recordedTranscript(parts: readonly RecordedLines[], title: string): Transcript {
  const names = new Map<string, string>();
  const passages = new Map<string, Passage>();
  for (const part of parts) gather(part, passages, names);
  return transcriptOf([...passages.values()], title, (identity) => names.get(identity) ?? identity);
}

function gather(
  { part, beganMs, text }: RecordedLines,
  passages: Map<string, Passage>,
  names: Map<string, string>,
): void {
  for (const written of text.split("\n")) {
    const line = lineOf(written);
    if (!line) continue;
    names.set(line.speaker, line.name);
    const key = `${line.part ?? part}/${line.speaker}/${line.segment}`;
    if (line.part !== undefined && !passages.has(key)) continue;
    const startMs = Math.round(line.start_s * 1000);
    const known = passages.get(key) ?? {
      key,
      epoch: part,
      segment: line.segment,
      speaker: line.speaker,
      sourceLanguage: line.source_language,
      startMs,
      endMs: Math.round(line.end_s * 1000),
      firstSeenMs: beganMs + startMs,
      history: false,
      texts: [],
    };
    // What was written later holds: a correction stands behind what it corrects.
    const texts = [...known.texts.filter(({ language }) => language !== line.language), textOf(line)];
    passages.set(key, { ...known, texts });
  }
}

function textOf({ language, source_language: source, text, note, doubt, likeness }: Line): CaptionText {
  return {
    language,
    translated: language !== source,
    committed: text,
    tentative: "",
    final: true,
    note,
    doubt,
    ...(likeness === true && { likeness }),
  };
}

function lineOf(written: string): Line | null {
  let read: unknown;
  try {
    read = JSON.parse(written);
  } catch {
    return null; // the last line of a recording that broke off
  }
  if (typeof read !== "object" || read === null) return null;
  const line = read as Record<keyof Line, unknown>;
  const strings = [line.segment, line.speaker, line.name, line.text, line.note, line.doubt, line.part ?? ""];
  const languages = [line.language, line.source_language];
  const times = [line.start_s, line.end_s];
  const sound =
    strings.every((value) => typeof value === "string") &&
    languages.every((value) => typeof value === "string" && isLanguageCode(value)) &&
    times.every((value) => typeof value === "number" && value >= 0);
  return sound ? (line as Line) : null;
}
