/** What people show each other by attributes for a while: a raised hand, a reaction, a request to who speaks or organises. */

import type { Attributes } from "./wishes";

export const HAND = "translator.hand";
export const REACTION = "translator.reaction";
export const REQUEST = "translator.request";

export const REACTIONS = ["👍", "👏", "❤️", "😂", "🎉", "🤔"] as const;
export type ReactionSign = (typeof REACTIONS)[number];

export const REQUESTS = ["repeat", "slower"] as const;
export type RequestKind = (typeof REQUESTS)[number];

/** What is asked of those who organise; nobody is named. */
export const FOR_INTERPRETER = "interpreter";

export interface RequestSign {
  readonly kind: RequestKind | typeof FOR_INTERPRETER;
  /** Identity of whom it is made to; "" for organisers. */
  readonly to: string;
}

const MOST_CHARACTERS = 300;
/** A moment, or a number that tells one sign from the next. */
const DIGITS = /^\d{1,15}$/;
/** A page's clock may be so far from another's. */
const CLOCKS_APART_MS = 10_000;

function valueOf(attributes: Attributes, name: string): string {
  const value = attributes[name] ?? "";
  return value.length <= MOST_CHARACTERS ? value : "";
}

/** When somebody says that they raised their hand, in milliseconds since the epoch; null where they have not. */
export function handOf(attributes: Attributes): number | null {
  const value = valueOf(attributes, HAND);
  return DIGITS.test(value) ? Number(value) : null;
}

/**
 * When a hand was raised, as far as that may be believed: nobody gets to the front by naming an early time.
 *
 * `seenMs` is when this page saw it; `joinedMs` when they came; `wasWatched` whether they were seen without it before.
 */
export function raisedAtMs(claimedMs: number, seenMs: number, joinedMs: number, wasWatched: boolean): number {
  const earliest = wasWatched ? Math.max(joinedMs, seenMs - CLOCKS_APART_MS) : joinedMs;
  return Math.min(seenMs, Math.max(earliest, claimedMs));
}

/** A reaction and the number that tells it from the next; null for anything that is none. */
export function reactionOf(attributes: Attributes): ReactionSign | null {
  const [sign, number, ...more] = valueOf(attributes, REACTION).split(" ");
  const known = REACTIONS.find((one) => one === sign);
  return known && number !== undefined && DIGITS.test(number) && more.length === 0 ? known : null;
}

export function reactionValue(sign: ReactionSign, number: number): string {
  return `${sign} ${number}`;
}

/** Null for anything that is no request. */
export function requestOf(attributes: Attributes): RequestSign | null {
  const value = valueOf(attributes, REQUEST);
  const [kind = "", number = ""] = value.split(" ", 2);
  const to = value.slice(kind.length + number.length + 2);
  if (kind === FOR_INTERPRETER) return DIGITS.test(number) && value === `${kind} ${number}` ? { kind, to: "" } : null;
  const known = REQUESTS.find((one) => one === kind);
  return known && DIGITS.test(number) && to !== "" ? { kind: known, to } : null;
}

export function requestValue({ kind, to }: RequestSign, number: number): string {
  return `${kind} ${number} ${to}`.trimEnd();
}
