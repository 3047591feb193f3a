import type { TextKey } from "../logic/i18n";
import { useI18n } from "./useI18n";

/** `protocol/notes.py` has the other half. */
const NOTES: ReadonlyMap<string, TextKey> = new Map([
  ["late", "note.late"],
  ["behind", "note.behind"],
  ["overloaded", "note.overloaded"],
  ["unavailable", "note.unavailable"],
]);
const DOUBTS: ReadonlyMap<string, TextKey> = new Map([
  ["numbers_changed", "doubt.numbersChanged"],
  ["numbers_missing", "doubt.numbersMissing"],
  ["numbers_added", "doubt.numbersAdded"],
  ["term_missing", "doubt.termMissing"],
  ["only_terms", "doubt.onlyTerms"],
]);

/** Why a caption has no translation, or may be wrong, in the reader's language; of a code that is not known, that it is so. */
export function useReason() {
  const { text } = useI18n();
  return {
    noteText: (note: string) => text("captions.untranslated", { reason: text(NOTES.get(note) ?? "note.failed") }),
    doubtText: (doubt: string) => text("captions.doubtful", { reason: text(DOUBTS.get(doubt) ?? "doubt.other") }),
  };
}
