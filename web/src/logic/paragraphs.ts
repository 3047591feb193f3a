/**
 * Clauses that are read as one paragraph: what one speaker says until a longer pause, or until a sentence ends once
 * there is enough of it. Captions, transcript and files have the same.
 */

import type { Passage } from "./captions";
import { baseOf } from "./languages";

/** A pause longer than that is a new beginning. */
const PAUSE_MS = 2000;
/** From then on the end of a sentence ends the paragraph. */
const ENOUGH_MS = 12_000;
/** From then on any clause does, also of somebody who is heard without full stops. */
const LONGEST_MS = 30_000;

const SENTENCE_END = /[.!?…。．！？｡।॥؟۔։።]['"’”»›)\]」』]*\s*$/u;

/** Whether `next` cannot go on where `before` ended: by what is known of the two alone. */
export function apart(before: Passage, next: Passage): boolean {
  if (before.speaker !== next.speaker || before.epoch !== next.epoch) return true;
  if (before.startMs === null || before.endMs === null || next.startMs === null || next.endMs === null) return true;
  return next.startMs - before.endMs > PAUSE_MS || before.startMs - next.endMs > PAUSE_MS;
}

/**
 * Puts clauses that follow each other together.
 *
 * `differ` says what else may part two of them.
 */
export function inParagraphs<T extends { readonly passage: Passage }>(
  clauses: readonly T[],
  differ: (before: T, next: T) => boolean,
): T[][] {
  const paragraphs: T[][] = [];
  for (const clause of clauses) {
    const open = paragraphs.at(-1);
    const before = open?.at(-1);
    if (!open || !before || apart(before.passage, clause.passage) || isFull(open) || differ(before, clause))
      paragraphs.push([clause]);
    else open.push(clause);
  }
  return paragraphs;
}

function isFull(paragraph: readonly { readonly passage: Passage }[]): boolean {
  const first = paragraph[0]?.passage;
  const last = paragraph.at(-1)?.passage;
  if (!first || !last) return false;
  const lengthMs = (last.endMs ?? 0) - (first.startMs ?? 0);
  return lengthMs >= LONGEST_MS || (lengthMs >= ENOUGH_MS && endsSentence(last));
}

function endsSentence({ texts }: Passage): boolean {
  const text = texts.find((one) => !one.translated) ?? texts[0];
  return text !== undefined && SENTENCE_END.test(text.committed + text.tentative);
}

/** Written without blanks between words, and so between clauses. */
const WITHOUT_BLANKS = new Set(["ja", "yue", "zh"]);

/** What stands between two clauses of a language: between words of Latin letters a blank, whatever the language. */
export function between(before: string, next: string, language: string): "" | " " {
  const latin = /[\p{Script=Latin}\d]$/u.test(before.trimEnd()) && /^[\p{Script=Latin}\d]/u.test(next.trimStart());
  return WITHOUT_BLANKS.has(baseOf(language)) && !latin ? "" : " ";
}

/** Clauses of a language as one text. */
export function flowed(texts: readonly string[], language: string): string {
  return texts.reduce(
    (whole, text) => (whole && text ? whole + between(whole, text, language) + text : whole + text),
    "",
  );
}

/** A sign of a script without spaces, or a word with the blanks before it. */
const WORD =
  /\s*(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]\p{M}*|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+)|\s+$/gu;

/**
 * The words of a draft, each known by where it begins in its clause.
 *
 * A word that stays keeps its place on the page while those before it settle: nothing of it is drawn anew.
 */
export function draftWords(
  tentative: string,
  begin: number,
): readonly { readonly at: number; readonly word: string }[] {
  return [...tentative.matchAll(WORD)].map((found) => ({ at: begin + found.index, word: found[0] }));
}
