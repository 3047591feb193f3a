/** The words of former meetings, kept on this device where its owner wishes it; nobody else is told of them. */

import { clear, createStore, del, entries, set, type UseStore } from "idb-keyval";
import { keepable, wordsIn, type Words } from "./wordShelf";

export interface KeptTranscript {
  readonly id: string;
  readonly title: string;
  /** When it was kept: milliseconds since the epoch. */
  readonly keptMs: number;
  readonly words: Words;
}

/** Of more, those that were kept first are forgotten. */
const MOST = 30;
const MOST_LETTERS = 200;

let opened: UseStore | null = null;

function shelf(): UseStore {
  opened ??= createStore("hive", "transcripts");
  return opened;
}

/** The latest first; what cannot be read is left out. Rejects where the browser keeps nothing. */
export async function keptTranscripts(): Promise<readonly KeptTranscript[]> {
  const kept = await entries<string, unknown>(shelf());
  return kept.flatMap(([id, value]) => transcriptOf(id, value) ?? []).sort((one, other) => other.keptMs - one.keptMs);
}

/**
 * Keeps a meeting's words; the same meeting, left a second time in the same tab, replaces what was kept of it.
 * Rejects where the browser keeps nothing.
 */
export async function keepTranscript(room: string, title: string, words: Words, nowMs = Date.now()): Promise<void> {
  const kept = keepable(words);
  if (!kept) return;
  const [first] = kept.passages;
  await set(`${room}.${first?.firstSeenMs ?? nowMs}`, { title, keptMs: nowMs, ...kept }, shelf());
  const older = (await keptTranscripts()).slice(MOST);
  await Promise.all(older.map(({ id }) => del(id, shelf())));
}

export async function forgetTranscript(id: string): Promise<void> {
  await del(id, shelf());
}

export async function forgetTranscripts(): Promise<void> {
  await clear(shelf());
}

function transcriptOf(id: unknown, value: unknown): KeptTranscript | null {
  if (typeof id !== "string" || typeof value !== "object" || value === null) return null;
  const { title, keptMs } = value as Record<string, unknown>;
  if (typeof title !== "string" || typeof keptMs !== "number" || !Number.isFinite(keptMs)) return null;
  const words = wordsIn(value);
  return words.passages.all.length ? { id, title: title.slice(0, MOST_LETTERS), keptMs, words } : null;
}
