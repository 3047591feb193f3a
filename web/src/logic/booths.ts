/** The people who interpret in the machine's place, as the interpreter says it: of nobody else is it believed. */

import { isLanguageCode, sameLanguage } from "./languages";

const MOST_PEOPLE = 20;
const MOST_LANGUAGES = 32;

export interface Booths {
  /** For the identity of a person the languages that they may interpret into. */
  readonly may: ReadonlyMap<string, readonly string[]>;
  /** For each language that a person interprets into: their identity. */
  readonly now: ReadonlyMap<string, string>;
}

export const NO_BOOTHS: Booths = { may: new Map(), now: new Map() };

export function readBooths(value: unknown): Booths {
  if (typeof value !== "object" || value === null) return NO_BOOTHS;
  const { may, now } = value as Record<string, unknown>;
  return {
    may: new Map(
      entriesOf(may, MOST_PEOPLE).flatMap(([identity, codes]): [string, string[]][] =>
        Array.isArray(codes) ? [[identity, codes.slice(0, MOST_LANGUAGES).filter(isCode)]] : [],
      ),
    ),
    now: new Map(
      entriesOf(now, MOST_LANGUAGES).filter(
        (entry): entry is [string, string] => isCode(entry[0]) && typeof entry[1] === "string",
      ),
    ),
  };
}

/** The language that this person interprets into at the moment; "" for none. */
export function interpretedBy(booths: Booths, identity: string): string {
  return [...booths.now].find(([, who]) => who === identity)?.[0] ?? "";
}

/** Who interprets into the language that somebody listens to; "" for the machine. */
export function interpreterInto(booths: Booths, listen: string): string {
  return booths.now.get(listen) ?? [...booths.now].find(([code]) => sameLanguage(code, listen))?.[1] ?? "";
}

/** What an organiser gives, with one person's right changed; "" takes it away. */
export function withRight(
  given: Readonly<Record<string, readonly string[]>>,
  identity: string,
  language: string,
): Readonly<Record<string, readonly string[]>> {
  const others = Object.fromEntries(Object.entries(given).filter(([who]) => who !== identity));
  return language ? { ...others, [identity]: [language] } : others;
}

function entriesOf(value: unknown, most: number): [string, unknown][] {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value).slice(0, most)
    : [];
}

function isCode(value: unknown): value is string {
  return typeof value === "string" && isLanguageCode(value);
}
