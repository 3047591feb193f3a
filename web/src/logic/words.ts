/** Whose words sound on a channel, as the interpreter tells its listeners. */

import { parsed } from "./json";
import { isLanguageCode } from "./languages";
import { within } from "./numbers";

/** The topic of the packets that tell it. */
export const WORDS_TOPIC = "translator.words";

const MOST_BYTES = 1500;
const LONGEST_IDENTITY = 256;
const LONGEST_WAIT_MS = 5000;

export interface WordsBegin {
  readonly language: string;
  /** Identity of the speaker. */
  readonly speaker: string;
  /** Until the first of them is played by the interpreter. */
  readonly inMs: number;
}

/** Null for anything that is no such notice. */
export function readWords(data: Uint8Array): WordsBegin | null {
  if (data.length > MOST_BYTES) return null;
  const said = parsed(new TextDecoder().decode(data));
  if (typeof said !== "object" || said === null) return null;
  const { language, speaker, in_ms: inMs } = said as Record<string, unknown>;
  if (typeof language !== "string" || !isLanguageCode(language)) return null;
  if (typeof speaker !== "string" || speaker === "" || speaker.length > LONGEST_IDENTITY) return null;
  return { language, speaker, inMs: within(inMs, 0, LONGEST_WAIT_MS) };
}
