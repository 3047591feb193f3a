/** A transcript as a file: WebVTT, SRT, plain text or JSON. */

import { LONGEST_MS, within } from "./numbers";
import type { ChatLine } from "./chatLines";
import { behind, firstTranslated, headOf, type Marks } from "./transcriptMarks";
import { originalOf, SHORTEST_MS, type Entry, type EntryText, type Transcript } from "./transcript";

/** Those that are text; a Word document is written by `transcriptDocx`. */
export type TextFormat = "vtt" | "srt" | "txt" | "json";
export type Format = TextFormat | "docx";

export const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  vtt: "text/vtt",
  srt: "application/x-subrip",
  txt: "text/plain",
  json: "application/json",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
};

/** As a file; `locale` is the reader's, for the date at its head, and `timeZone` theirs unless it is given. */
export function write(
  transcript: Transcript,
  format: TextFormat,
  locale: string,
  marks: Marks,
  timeZone?: string,
): string {
  switch (format) {
    case "vtt":
      return writeVtt(transcript, marks);
    case "srt":
      return writeSrt(transcript, marks);
    case "txt":
      return writeText(transcript, dateFormat(locale, timeZone), marks);
    case "json":
      return writeJson(transcript, marks);
  }
}

/** A transcript in any format, ready to be saved. */
export async function fileOf(transcript: Transcript, format: Format, locale: string, marks: Marks): Promise<Blob> {
  if (format !== "docx")
    return new Blob([write(transcript, format, locale, marks)], { type: `${MEDIA_TYPES[format]};charset=utf-8` });
  const { writeDocx } = await import("./transcriptDocx");
  const began = dateFormat(locale).format(Date.parse(instant(startOf(transcript))));
  return new Blob([await writeDocx(transcript, locale, began, marks)], { type: MEDIA_TYPES.docx });
}

/** The day and the time of day with its zone. */
function dateFormat(locale: string, timeZone?: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, {
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
    ...(timeZone ? { timeZone } : {}),
  });
}

/** Subtitles one after the other: none begins before the one before it has ended, and each can be read. */
function cuesOf(entries: readonly Entry[]): Entry[] {
  let earliestMs = 0;
  return entries.map((entry, at) => {
    const startMs = Math.max(earliestMs, entry.startMs);
    const nextMs = entries[at + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    const endMs = Math.max(startMs + SHORTEST_MS, Math.min(entry.endMs, nextMs));
    earliestMs = endMs;
    return { ...entry, startMs, endMs };
  });
}

function writeVtt({ title, entries }: Transcript, marks: Marks): string {
  const spoken = cuesOf(entries);
  const first = firstTranslated(spoken);
  const cues = spoken.map((entry, at) => {
    const name = escapeVtt(nameIn(entry));
    const several = entry.texts.length > 1;
    const lines = entry.texts.map((text) => {
      const words = escapeVtt(shown(text, entry) + behind(text, marks));
      const language = text.note ? entry.sourceLanguage : text.language;
      return several && LANGUAGE_CODE.test(language) ? `<lang ${language}>${words}</lang>` : words;
    });
    const remark = entry === first && marks.machine ? `\n(${escapeVtt(marks.machine)})` : "";
    // Players take a class for a style, or for nothing.
    const voice = entry.texts.some(({ likeness }) => likeness) ? "v.likeness" : "v";
    return `${at + 1}\n${clock(entry.startMs, ".")} --> ${clock(entry.endMs, ".")}\n<${voice} ${name}>${lines.join("\n")}</v>${remark}\n`;
  });
  const head = oneLine(title).replaceAll("-->", "→");
  return [head ? `WEBVTT - ${head}\n` : "WEBVTT\n", ...cues].join("\n");
}

function writeSrt({ entries }: Transcript, marks: Marks): string {
  const spoken = cuesOf(entries);
  const first = firstTranslated(spoken);
  return spoken
    .map((entry, at) => {
      const lines = entry.texts.map((text) => shown(text, entry) + behind(text, marks));
      if (entry === first && marks.machine) lines.push(`(${marks.machine})`);
      const words = withoutTags(`${nameIn(entry)}: ${lines.join("\n")}`);
      return `${at + 1}\n${clock(entry.startMs, ",")} --> ${clock(entry.endMs, ",")}\n${words}\n`;
    })
    .join("\n");
}

/** When its first words were said, or written where none were; milliseconds since the epoch. */
export function startOf({ entries, beganMs, chat = [] }: Transcript): number {
  return entries.length ? beganMs : (chat[0]?.atMs ?? 0);
}

function writeText(transcript: Transcript, date: Intl.DateTimeFormat, marks: Marks): string {
  const { title, entries, chat = [] } = transcript;
  const startMs = startOf(transcript);
  const began = date.format(Date.parse(instant(startMs)));
  const dated = entries.length || chat.length ? [oneLine(began)] : [];
  const head = [oneLine(title), ...dated, headOf(transcript, marks)].filter((line, at) => line || !at);
  const lines = entries.map((entry) => {
    const several = entry.texts.length > 1;
    const texts = entry.texts.map((text) => {
      const words = shown(text, entry) + behind(text, marks);
      return several ? `    [${oneLine(text.language)}] ${words}` : words;
    });
    const separator = several ? "\n" : " ";
    const line = `[${clock(entry.startMs, ".").slice(0, -4)}] ${nameIn(entry)}:${separator}${texts.join("\n")}`;
    return { atMs: entry.startMs, line };
  });
  const written = chat.map((one) => ({ atMs: one.atMs - startMs, line: chatLine(one, startMs) }));
  const all = [...lines, ...written].sort((one, other) => one.atMs - other.atMs).map(({ line }) => line);
  return `${[...head, "", ...all].join("\n")}\n`;
}

/** Told from what was said by its sign, which needs no language. */
function chatLine({ name, writer, text, atMs, translation }: ChatLine, startMs: number): string {
  const who = nameIn({ name, speaker: writer });
  const line = `[${clock(atMs - startMs, ".").slice(0, -4)}] 💬 ${who}: ${oneLine(text)}`;
  return translation ? `${line}\n    [${oneLine(translation.language)}] ${oneLine(translation.text)}` : line;
}

function writeJson(transcript: Transcript, marks: Marks): string {
  const { title, beganMs, languages, entries, chat = [] } = transcript;
  const body = {
    title,
    began_at: entries.length ? instant(beganMs) : null,
    languages,
    ...(firstTranslated(entries) && { translated_by: "machine" }),
    ...(headOf(transcript, marks) && { remark: headOf(transcript, marks) }),
    entries: entries.map((entry) => {
      const translated = entry.texts.filter((text) => !text.note);
      const original = originalOf(entry);
      const texts = [...(original ? [original] : []), ...translated.filter((text) => !text.original)];
      const missing = entry.texts.filter((text) => text.note);
      const doubtful = entry.texts.filter((text) => text.doubt);
      const likened = entry.texts.filter((text) => text.likeness).map(({ language }) => language);
      return {
        speaker: entry.name,
        identity: entry.speaker,
        start_s: Math.round(entry.startMs) / 1000,
        end_s: Math.round(entry.endMs) / 1000,
        source_language: entry.sourceLanguage,
        texts: Object.fromEntries(texts.map(({ language, text }) => [language, text])),
        missing: Object.fromEntries(missing.map(({ language, note }) => [language, note])),
        doubts: Object.fromEntries(doubtful.map(({ language, doubt }) => [language, doubt])),
        ...(likened.length ? { computed_voice: likened } : {}),
      };
    }),
    ...(chat.length ? { chat: chat.map(writtenLine) } : {}),
  };
  return `${JSON.stringify(body, null, 2)}\n`;
}

function writtenLine({ name, writer, text, atMs, translation }: ChatLine): object {
  return {
    writer: name,
    identity: writer,
    at: instant(atMs),
    text,
    ...(translation && {
      source_language: translation.sourceLanguage,
      translations: { [translation.language]: translation.text },
    }),
  };
}

/** The farthest from 1970 that a date may be. */
const FARTHEST_MS = 8.64e15;

/** A moment as ISO 8601 writes it, whatever the clock of this browser says. */
export function instant(ms: number): string {
  return new Date(within(ms, -FARTHEST_MS, FARTHEST_MS)).toISOString();
}

export function clock(ms: number, decimal: "." | ","): string {
  const whole = Math.round(within(ms, 0, 100 * LONGEST_MS));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const fraction = String(whole % 1000).padStart(3, "0");
  return `${two(whole / 3_600_000)}:${two((whole / 60_000) % 60)}:${two((whole / 1000) % 60)}${decimal}${fraction}`;
}

const LANGUAGE_CODE = /^[A-Za-z0-9-]+$/;

/** The text; one that could not be translated is marked with its own language. */
export function shown({ text, note }: EntryText, { sourceLanguage }: Entry): string {
  const words = oneLine(text);
  return note ? `[${oneLine(sourceLanguage) || "und"}] ${words}` : words;
}

/** Who spoke. Marks that turn the direction of writing around would do so to the words behind the name as well. */
export function nameIn({ name, speaker }: Pick<Entry, "name" | "speaker">): string {
  const plain = (text: string): string => oneLine(text.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, ""));
  return plain(name) || plain(speaker) || "?";
}

export function oneLine(text: string): string {
  return text
    .replaceAll("\ufeff", "")
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
}

/** Players of SRT read "<" as the beginning of a tag, and there is no way to escape it. */
function withoutTags(text: string): string {
  return text.replaceAll("-->", "→").replaceAll("<", "‹").replaceAll(">", "›");
}

function escapeVtt(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A name that every file system takes. */
export function fileName(title: string, language: string, format: Format): string {
  const safe = title
    .normalize("NFKC")
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
  return `${safe || "meeting"}.${language}.${format}`;
}
