/** Who is heard in a computed voice that resembles their own: as the interpreter tells it, which may be anything. */

import type { Interpreter } from "./interpreter";
import { isLanguageCode } from "./languages";
import { within } from "./numbers";

/** As protocol/likeness.py has them; more are not looked at. */
const MOST_SPEAKERS = 50;
const MOST_LANGUAGES = 20;
const MOST_IN_IDENTITY = 256;
/** So much speech is gathered before a voice is measured. */
export const ENOUGH_S = 12;

const STATES = ["gathering", "searching", "found", "failed"] as const;

/** How near a voice lies to somebody's own, from -1 to 1. */
export interface Similarity {
  readonly language: string;
  /** Of the nearest ready-made voice. */
  readonly before: number;
  readonly after: number;
}

export interface Likeness {
  readonly state: (typeof STATES)[number];
  /** So many seconds of speech have been gathered. */
  readonly speechS: number;
  /** The languages in which they are heard so. */
  readonly voices: readonly Similarity[];
}

/** By identity. */
export type Likenesses = ReadonlyMap<string, Likeness>;

/** Null where nobody can be heard so, or nobody may; what is not as it should be is left out. */
export function readLikenesses(told: unknown): Likenesses | null {
  if (typeof told !== "object" || told === null || Array.isArray(told)) return null;
  return new Map(
    Object.entries(told)
      .slice(0, MOST_SPEAKERS)
      .flatMap(([who, said]): [string, Likeness][] => {
        const likeness = who && who.length <= MOST_IN_IDENTITY ? readLikeness(said) : null;
        return likeness ? [[who, likeness]] : [];
      }),
  );
}

function readLikeness(said: unknown): Likeness | null {
  if (typeof said !== "object" || said === null) return null;
  const { state, speech_s: speechS, voices } = said as Record<string, unknown>;
  const known = STATES.find((one) => one === state);
  if (!known) return null;
  const found = known === "found" && typeof voices === "object" && voices !== null ? Object.entries(voices) : [];
  return {
    state: known,
    speechS: Math.floor(within(speechS, 0, ENOUGH_S)),
    voices: found.slice(0, MOST_LANGUAGES).flatMap(([language, similarity]) => readVoice(language, similarity) ?? []),
  };
}

function readVoice(language: string, said: unknown): Similarity | null {
  if (!isLanguageCode(language) || typeof said !== "object" || said === null) return null;
  const { before, after } = said as Record<string, unknown>;
  if (typeof before !== "number" || typeof after !== "number") return null;
  return { language, before: within(before, -1, 1), after: within(after, -1, 1) };
}

/** Identities of those who are heard so in at least one language. */
export function heardInLikeness(interpreter: Interpreter): readonly string[] {
  if (!interpreter.present) return [];
  return [...(interpreter.likenesses ?? [])].flatMap(([who, { voices }]) => (voices.length ? [who] : []));
}
