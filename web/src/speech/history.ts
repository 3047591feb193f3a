/** What was spoken before: on this device alone, so many files and bytes, the oldest go first. */

import { createStore, del, entries, set, type UseStore } from "idb-keyval";
import type { Speech } from "./api";

export const MOST_KEPT = 20;
export const MOST_BYTES = 50_000_000;

export interface Spoken extends Speech {
  /** Milliseconds since 1970; no two are alike. */
  readonly at: number;
  readonly sound: Blob;
}

let opened: UseStore | undefined;

function shelf(): UseStore {
  opened ??= createStore("hive-speech", "spoken");
  return opened;
}

/** The youngest first. Empty where the browser keeps nothing. */
export async function readHistory(): Promise<Spoken[]> {
  try {
    const kept = await entries<number, Spoken>(shelf());
    return kept.map(([, spoken]) => spoken).sort((a, b) => b.at - a.at);
  } catch (error) {
    console.warn("the history cannot be read", error);
    return [];
  }
}

/** What stays of a history, and what goes. */
export function withinBounds(history: readonly Spoken[]): { kept: Spoken[]; gone: Spoken[] } {
  const kept: Spoken[] = [];
  const gone: Spoken[] = [];
  let bytes = 0;
  for (const spoken of history) {
    bytes += spoken.sound.size;
    (kept.length < MOST_KEPT && bytes <= MOST_BYTES ? kept : gone).push(spoken);
  }
  return { kept, gone };
}

/** Keeps one more; the history that results. */
export async function keep(spoken: Spoken, history: readonly Spoken[]): Promise<Spoken[]> {
  const { kept, gone } = withinBounds([spoken, ...history]);
  try {
    await set(spoken.at, spoken, shelf());
    for (const old of gone) await del(old.at, shelf());
  } catch (error) {
    console.warn("the history cannot be kept", error);
  }
  return kept;
}

export async function forget(history: readonly Spoken[]): Promise<void> {
  try {
    for (const spoken of history) await del(spoken.at, shelf());
  } catch (error) {
    console.warn("the history cannot be cleared", error);
  }
}
