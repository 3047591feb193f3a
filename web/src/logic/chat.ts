/** Messages of the chat, and their translations, as they come from a room. Values are never changed in place. */

import { isLanguageCode } from "./languages";
import { webAddress } from "./webAddress";

export interface ChatTranslation {
  readonly language: string;
  readonly sourceLanguage: string;
  readonly text: string;
  /** What may be wrong with it. */
  readonly doubt: string;
}

export interface ChatMessage {
  /** Unique in this tab. */
  readonly key: string;
  /** Identity of whoever wrote it; empty for what the page or the interpreter answers to this person alone. */
  readonly writer: string;
  readonly text: string;
  /** Milliseconds since the epoch when it came. */
  readonly atMs: number;
  /** Into the language that this person reads. */
  readonly translation: ChatTranslation | null;
}

/** Unicode code points of one message, as in protocol/chat.py. */
export const MOST_CHARACTERS = 2000;
/** UTF-16 units of a stream that can be a message. */
export const MOST_UNITS = 2 * MOST_CHARACTERS;
export const MOST_MESSAGES = 500;
const MOST_ID = 100;
const MOST_DOUBT = 300;
const MOST_WAITING = 50;
/** A message of many empty lines takes nobody's screen. */
const BLANK_LINES = /\n{3,}/g;
/** What turns the direction of writing around, and what nobody sees; line feeds and joiners stay. */
const UNWANTED = /[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|(?![\n\t])\p{Cc}/gu;
const VISIBLE = /[^\s\p{C}]/u;

/** What of a text is shown as a message; empty where nothing is to be seen. */
export function plainMessage(text: string): string {
  const clean = text
    .slice(0, MOST_UNITS)
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(UNWANTED, "")
    .replaceAll(BLANK_LINES, "\n\n")
    .trim();
  return VISIBLE.test(clean) ? [...clean].slice(0, MOST_CHARACTERS).join("") : "";
}

/** Whether a message is a command to the interpreter, which is between its writer and the interpreter. */
export function isCommand(text: string): boolean {
  return /^\s*\/(translate|speak)(\s|$)/i.test(text);
}

/** The key of a message, by its writer and the id that they gave it; null where that can be none. */
export function keyOf(writer: string, id: unknown): string | null {
  return typeof id === "string" && id !== "" && id.length <= MOST_ID && writer !== "" ? `${writer}/${id}` : null;
}

/** The key of the message that a stream translates, by its attributes; null for one that translates none. */
export function translatedKey(writer: string, attributes: Readonly<Record<string, string>>): string | null {
  return keyOf(writer, attributes["translator.message"]);
}

/** A translation that the interpreter has signed; null where it says nothing. */
export function readTranslation(text: string, attributes: Readonly<Record<string, string>>): ChatTranslation | null {
  const language = attributes["language"] ?? "";
  const sourceLanguage = attributes["translator.source_language"] ?? "";
  const words = plainMessage(text);
  if (!isLanguageCode(language) || !isLanguageCode(sourceLanguage) || !words) return null;
  const doubt = [...(attributes["translator.doubt"] ?? "")].slice(0, MOST_DOUBT).join("");
  return { language, sourceLanguage, text: words, doubt };
}

/** A packet of clients that know no text streams; null for anything else, and for what comes as a stream as well. */
export function readPacket(data: Uint8Array): { readonly id: string; readonly text: string } | null {
  if (data.length > 4 * MOST_UNITS) return null;
  try {
    const told: unknown = JSON.parse(new TextDecoder().decode(data));
    if (typeof told !== "object" || told === null) return null;
    const { id, message, ignoreLegacy } = told as Record<string, unknown>;
    const isMessage = typeof id === "string" && typeof message === "string" && ignoreLegacy !== true;
    return isMessage ? { id, text: message } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A part of a message; with `href` it is an address that may be followed, and shows all of it. */
export interface MessagePart {
  readonly text: string;
  readonly href?: string;
}

const ADDRESS = /https?:\/\/[^\s<>"]+/gi;
/** Ends a sentence rather than an address. */
const TRAILING = /[.,;:!?'")\]}»。，、！？]+$/u;

/** Cuts a message around the addresses of web pages in it; joined the parts are the message. */
export function linked(text: string): MessagePart[] {
  const parts: MessagePart[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, "");
    const href = webAddress(address);
    if (!href) continue;
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push({ text: address, href });
    at = match.index + address.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}

/** The messages of a meeting; the oldest make room. */
export class ChatLog {
  private list: readonly ChatMessage[];
  /** Translations that came before what they translate. */
  private readonly early = new Map<string, ChatTranslation>();

  constructor(earlier: readonly ChatMessage[] = []) {
    this.list = earlier.slice(-MOST_MESSAGES);
  }

  all(): readonly ChatMessage[] {
    return this.list;
  }

  /** False where its writer has sent one of that id already: what was written stays. */
  add(message: ChatMessage): boolean {
    if (this.list.some(({ key }) => key === message.key)) return false;
    const translation = this.early.get(message.key) ?? message.translation;
    this.early.delete(message.key);
    this.list = [...this.list, { ...message, translation }].slice(-MOST_MESSAGES);
    return true;
  }

  translate(key: string, translation: ChatTranslation): void {
    if (this.list.some((message) => message.key === key)) {
      this.list = this.list.map((message) => (message.key === key ? { ...message, translation } : message));
      return;
    }
    this.early.set(key, translation);
    if (this.early.size > MOST_WAITING) this.early.delete(this.early.keys().next().value as string);
  }
}
