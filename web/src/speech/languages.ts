import { baseOf, sortedByName } from "../logic/languages";
import type { Voice } from "./api";

/** The languages that are spoken, by their names for a reader of `locale`. */
export function languagesOf(voices: readonly Voice[], locale: string): string[] {
  return sortedByName(
    voices.map((voice) => baseOf(voice.language)),
    locale,
  );
}
