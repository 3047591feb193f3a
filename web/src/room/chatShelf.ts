/** What was written in a room, kept in this tab alone, as what was said is. */

import { MOST_CHARACTERS, MOST_MESSAGES, type ChatMessage } from "../logic/chat";
import type { Names } from "../logic/names";
import { guarded } from "./guarded";
import { isName } from "./wordShelf";

export interface Written {
  readonly messages: readonly ChatMessage[];
  /** Of those who wrote. */
  readonly names: Names;
}

const PREFIX = "hive.chat.";
/** UTF-16 units; browsers give a page some five million, and captions need more of them. */
const MOST = 500_000;

export function keptChat(room: string): Written {
  const nothing: Written = { messages: [], names: new Map() };
  let kept: unknown;
  try {
    kept = JSON.parse(guarded(() => window.sessionStorage.getItem(PREFIX + room)) ?? "null");
  } catch (error) {
    if (error instanceof SyntaxError) return nothing;
    throw error;
  }
  if (typeof kept !== "object" || kept === null) return nothing;
  const { messages, names } = kept as Record<string, unknown>;
  if (!Array.isArray(messages) || !Array.isArray(names)) return nothing;
  return { messages: messages.filter(isMessage).slice(-MOST_MESSAGES), names: new Map(names.filter(isName)) };
}

/** Keeps the newest messages that there is room for. */
export function keepChat(room: string, { messages, names }: Written): void {
  if (!messages.length) return;
  const kept: ChatMessage[] = [];
  let left = MOST;
  for (const message of messages.toReversed()) {
    left -= JSON.stringify(message).length;
    if (left < 0) break;
    kept.push(message);
  }
  const writers = new Set(kept.map(({ writer }) => writer));
  const known = [...names].filter(([identity]) => writers.has(identity));
  const json = JSON.stringify({ messages: kept.reverse(), names: known });
  guarded(() => window.sessionStorage.setItem(PREFIX + room, json));
}

const isText = (value: unknown): boolean => typeof value === "string" && value.length <= 2 * MOST_CHARACTERS;
const TRANSLATION_TEXTS = ["language", "sourceLanguage", "text", "doubt"] as const;

function isMessage(value: unknown): value is ChatMessage {
  if (typeof value !== "object" || value === null) return false;
  const { key, writer, text, atMs, translation } = value as Record<string, unknown>;
  return (
    [key, writer, text].every(isText) &&
    typeof atMs === "number" &&
    (translation === null || isTranslation(translation))
  );
}

function isTranslation(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const translation = value as Record<string, unknown>;
  return TRANSLATION_TEXTS.every((name) => isText(translation[name]));
}
