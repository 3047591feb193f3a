/** What was written in the chat, as a record of the meeting has it. */

import type { ChatMessage, ChatTranslation } from "./chat";

export interface ChatLine {
  readonly writer: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly text: string;
  readonly translation: ChatTranslation | null;
}

/** What was answered to this person alone is left out. */
export function chatLines(messages: readonly ChatMessage[], nameOf: (identity: string) => string): ChatLine[] {
  return messages
    .filter(({ writer }) => writer !== "")
    .map(({ writer, text, atMs, translation }) => ({ writer, name: nameOf(writer), text, atMs, translation }));
}
