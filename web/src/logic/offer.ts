/** Which languages may be asked for here: as the service and the interpreter say it. */

import type { Interpreter } from "./interpreter";
import { isLanguageCode, servedBy } from "./languages";

/** Lists of codes; null where nobody has said it. */
export interface Offer {
  /** In which people are understood. */
  readonly recognised: readonly string[] | null;
  readonly read: readonly string[] | null;
  readonly heard: readonly string[] | null;
  /** In which a speaker can be heard in a computed voice that resembles theirs. */
  readonly likened: readonly string[] | null;
}

export const UNKNOWN: Offer = { recognised: null, read: null, heard: null, likened: null };

/** Beyond these, a list is not looked at. */
const MOST_LANGUAGES = 500;

/** Reads what others say; what is not as it should be counts as not said. */
export function readOffer(said: unknown): Offer {
  if (typeof said !== "object" || said === null) return UNKNOWN;
  const { recognised, read, heard, likened } = said as Record<string, unknown>;
  return { recognised: codes(recognised), read: codes(read), heard: codes(heard), likened: codes(likened) };
}

function codes(said: unknown): readonly string[] | null {
  if (!Array.isArray(said)) return null;
  const known = said
    .slice(0, MOST_LANGUAGES)
    .filter((code): code is string => typeof code === "string" && isLanguageCode(code));
  return known.length ? known : null;
}

/** What the interpreter in the room offers; while there is none, what the invitation said. */
export function offerOf(invited: Offer, interpreter: Interpreter): Offer {
  if (!interpreter.present || !interpreter.languages.length) return invited;
  const { languages, abilities, likenesses } = interpreter;
  const { heard } = abilities;
  return {
    recognised: abilities.recognised ?? invited.recognised,
    read: languages,
    heard: heard && languages.filter((code) => servedBy(code, heard) !== undefined),
    likened: likenesses && abilities.likened,
  };
}

/** The languages that can be heard; where nobody has said which voices there are, those that can be read. */
export function heardIn({ heard, read }: Offer): readonly string[] | null {
  return heard ?? read;
}

/** False only where it is known that nobody serves `code`. */
export function isOffered(code: string, offered: readonly string[] | null): boolean {
  return offered === null || servedBy(code, offered) !== undefined;
}
