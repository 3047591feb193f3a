/**
 * Terms that were corrected in the glossary after they had been said.
 *
 * No sentence is translated anew here: where the original has a term, and a translation does not have it as the glossary
 * wants it, another writing of the term that stands there is replaced: the term as it is in the original, or in
 * another language of the glossary. Where none stands there the text stays, with a doubt that names the term.
 */

import type { Glossary, GlossaryEntry } from "./glossary";
import { sameLanguage, servedBy } from "./languages";
import { mapped, originalOf, type Entry, type EntryText, type Transcript } from "./transcript";

/** The transcript with each term as the glossary has it. */
export function corrected(transcript: Transcript, glossary: Glossary): Transcript {
  // Longer terms first: "Acme Cloud Drive" before "Acme".
  const entries = glossary.entries.toSorted((one, other) => other.source.length - one.source.length);
  return mapped(transcript, (clause, text) => entries.reduce((now, entry) => withTerm(now, clause, entry), text));
}

function withTerm(text: EntryText, clause: Entry, entry: GlossaryEntry): EntryText {
  const original = originalOf(clause);
  if (!original || text.original || text.note || !sameLanguage(clause.sourceLanguage, entry.language)) return text;
  if (!termIn(original.text, entry.source, entry.match_case ?? false)) return text;
  const wanted = formIn(text.language, entry);
  if (isWritten(text.text, wanted)) return text;
  const forms = [entry.source, ...Object.values(entry.translations ?? {})].filter((form) => form !== wanted);
  const others = [...forms, wanted]; // last itself, in other capitals
  const found = others.find((form) => termIn(text.text, form, false));
  if (found === undefined)
    return { ...text, doubt: [text.doubt, `${entry.source} → ${wanted}?`].filter(Boolean).join("; ") };
  return { ...text, text: text.text.replaceAll(pattern(found, false), () => wanted) };
}

/** How the term is written in a language: as it is where the glossary does not say. */
function formIn(language: string, { source, translations = {} }: GlossaryEntry): string {
  const served = servedBy(language, Object.keys(translations));
  return (served && translations[served]) || source;
}

/** Whether the term stands there as it should, but for the capital of a sentence's beginning. */
function isWritten(text: string, wanted: string): boolean {
  const [first = "", ...rest] = wanted;
  return termIn(text, wanted, true) || termIn(text, first.toUpperCase() + rest.join(""), true);
}

function termIn(text: string, term: string, matchCase: boolean): boolean {
  return pattern(term, matchCase).test(text);
}

/** Scripts that are written without blanks: there a term may stand anywhere. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** The whole term, not a part of a longer word. */
function pattern(term: string, matchCase: boolean): RegExp {
  const words = term
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"))
    .join("\\s+");
  const whole = UNSPACED.test(term) ? words : `(?<![\\p{L}\\p{M}\\p{N}])${words}(?![\\p{L}\\p{M}\\p{N}])`;
  return new RegExp(whole, matchCase ? "gu" : "giu");
}
