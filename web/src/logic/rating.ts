/** What can be rated of the interpreting: a caption that is done, or the voice of a language. */

import type { CaptionText, Passage } from "./captions";
import { sameLanguage } from "./languages";

export const RATING_REASONS = [
  "wrong_words",
  "wrong_translation",
  "wrong_language",
  "bad_sound",
  "too_late",
  "other",
] as const;
export type RatingReason = (typeof RATING_REASONS)[number];

export interface RatedThing {
  readonly about: "caption" | "voice";
  /** Tells it apart from others; says nothing. */
  readonly thing: string;
  readonly source: string;
  readonly target: string;
  /** What was shown, original first; "" for a voice. Sent only where the person ticks it. */
  readonly words: string;
}

export interface Rating extends Omit<RatedThing, "words"> {
  readonly good: boolean;
  readonly reason?: RatingReason;
  readonly words?: string;
}

const MOST_LOOKED_AT = 40;
const LONGEST_THING = 100;
/** Characters, as the service counts them. */
const LONGEST_WORDS = 1000;

/** The newest captions that will not change, in the language that is read; the newest first. */
export function ratable(passages: readonly Passage[], language: string | null, most: number): RatedThing[] {
  const found: RatedThing[] = [];
  for (const passage of passages.slice(-MOST_LOOKED_AT).reverse()) {
    const original = passage.texts.find((text) => !text.translated && !text.note);
    const text = language === null ? original : passage.texts.find((each) => isRead(each, language));
    if (!text?.final || !text.committed.trim()) continue;
    const said = text === original ? "" : `${original?.committed ?? ""} → `;
    found.push({
      about: "caption",
      thing: nameOf(`${passage.key} ${text.language}`),
      source: passage.sourceLanguage,
      target: text.language,
      words: [...(said + text.committed)].slice(0, LONGEST_WORDS).join(""),
    });
    if (found.length === most) break;
  }
  return found;
}

/** The voice that is heard, whoever speaks; null where none is. */
export function heardVoice(listen: string): RatedThing | null {
  if (listen === "off") return null;
  return { about: "voice", thing: nameOf(`voice ${listen}`), source: "auto", target: listen, words: "" };
}

function isRead(text: CaptionText, language: string): boolean {
  return !text.note && sameLanguage(text.language, language);
}

function nameOf(key: string): string {
  return encodeURIComponent(key).slice(-LONGEST_THING);
}
