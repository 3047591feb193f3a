/** What a file says of words that nobody said so: who translated them, and whose voice it was. */

import type { Entry, EntryText, Transcript } from "./transcript";

/** In the language of whoever saves the file. */
export interface Marks {
  /** That a machine translated, said once in a file. */
  readonly machine: string;
  /** Behind words that were heard in a computed voice, in a few words. */
  readonly likeness: string;
}

/** A text that a machine made out of another one. */
export function isTranslated({ original, note }: EntryText): boolean {
  return !original && !note;
}

/** What is said at the head of a file; nothing where nothing in it was translated. */
export function headOf({ entries }: Transcript, { machine }: Marks): string {
  return entries.some(({ texts }) => texts.some(isTranslated)) ? machine : "";
}

/** What stands behind a text, with a blank before it; nothing behind what was heard in a voice of its own. */
export function behind({ likeness }: EntryText, marks: Marks): string {
  return likeness && marks.likeness ? ` (${marks.likeness})` : "";
}

/** Subtitles have no head: the first one with a translation says it. */
export function firstTranslated(entries: readonly Entry[]): Entry | undefined {
  return entries.find(({ texts }) => texts.some(isTranslated));
}
