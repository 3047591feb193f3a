/**
 * What was said in a room, kept in this tab alone: it is there again after a reload and after joining again, and goes
 * when the tab is closed.
 */

import type { Passages } from "../logic/captionLog";
import type { Passage } from "../logic/captions";
import type { Names } from "../logic/names";
import { guarded } from "./guarded";
import { keepingAgain } from "./keepingAgain";

export interface Words {
  /** Another object whenever another one is settled. */
  readonly passages: Passages["settled"];
  /** Of those who spoke. */
  readonly names: Names;
}

const PREFIX = "hive.words.";
/** UTF-16 units; browsers give a page some five million. */
const MOST = 2_000_000;

/** Drafts are left out: nobody will finish them. */
export function keptWords(room: string): Words {
  let kept: unknown;
  try {
    kept = JSON.parse(guarded(() => window.sessionStorage.getItem(PREFIX + room)) ?? "null");
  } catch (error) {
    if (error instanceof SyntaxError) return wordsIn(null);
    throw error;
  }
  return wordsIn(kept);
}

/** The words in something that was kept; what is none of them is left out. */
export function wordsIn(kept: unknown): Words {
  const nothing: Words = { passages: { all: [] }, names: new Map() };
  if (typeof kept !== "object" || kept === null) return nothing;
  const { passages, names } = kept as Record<string, unknown>;
  if (!Array.isArray(passages) || !Array.isArray(names)) return nothing;
  return { passages: { all: passages.filter(isPassage) }, names: new Map(names.filter(isName)) };
}

/** Keeps the newest words that there is room for. */
export function keepWords(room: string, words: Words): void {
  const kept = keepable(words);
  if (!kept) return;
  const json = JSON.stringify(kept);
  guarded(() => window.sessionStorage.setItem(PREFIX + room, json));
}

/** What is kept, as plain data: the newest finished words that there is room for; null where there are none. */
export function keepable({ passages, names }: Words): { passages: Passage[]; names: [string, string][] } | null {
  const kept: Passage[] = [];
  const speakers = new Set<string>();
  let left = MOST;
  for (const passage of passages.all.toReversed()) {
    const texts = passage.texts.filter((text) => text.final);
    if (!texts.length) continue;
    left -= JSON.stringify(passage).length;
    if (left < 0) break;
    kept.push({ ...passage, texts });
    speakers.add(passage.speaker);
  }
  if (!kept.length) return null;
  return { passages: kept.reverse(), names: [...names].filter(([identity]) => speakers.has(identity)) };
}

/** Keeps the words again and again, and when the page goes; returns what ends it, after keeping them once more. */
export function keepingWords(room: string, words: () => Words): () => void {
  let last: Words | null = null;
  const keep = (): void => {
    const now = words();
    if (now.passages === last?.passages && now.names === last.names) return;
    last = now;
    keepWords(room, now);
  };
  return keepingAgain(keep);
}

export function isName(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string");
}

const STRINGS = ["key", "epoch", "segment", "speaker", "sourceLanguage"] as const;
const TEXT_STRINGS = ["language", "committed", "tentative", "note", "doubt"] as const;
const isMoment = (value: unknown): boolean => value === null || typeof value === "number";

function isPassage(value: unknown): value is Passage {
  if (typeof value !== "object" || value === null) return false;
  const passage = value as Record<string, unknown>;
  return (
    STRINGS.every((key) => typeof passage[key] === "string") &&
    isMoment(passage["startMs"]) &&
    isMoment(passage["endMs"]) &&
    typeof passage["firstSeenMs"] === "number" &&
    typeof passage["history"] === "boolean" &&
    Array.isArray(passage["texts"]) &&
    passage["texts"].length > 0 &&
    passage["texts"].every(isText)
  );
}

function isText(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const text = value as Record<string, unknown>;
  return (
    TEXT_STRINGS.every((key) => typeof text[key] === "string") &&
    typeof text["translated"] === "boolean" &&
    text["final"] === true
  );
}
