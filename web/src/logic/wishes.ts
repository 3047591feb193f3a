/** What a participant speaks, hears and reads, and how it is written into participant attributes. */

import type { ReadMode } from "./captionView";
import { isLanguageCode } from "./languages";
import { isOffered } from "./offer";

export interface Wishes {
  /** A code, or "auto" where the interpreter finds out. */
  readonly speak: string;
  /** A code, or "off" for the originals alone. */
  readonly listen: string;
  readonly read: { readonly mode: ReadMode; readonly language: string };
  /** "always" interprets everything; the others are push-to-translate, key up and key down. */
  readonly push: "always" | "released" | "pressed";
}

export type Attributes = Readonly<Record<string, string>>;

export function toAttributes(wishes: Wishes): Record<string, string> {
  return {
    "translator.speak": wishes.speak,
    "translator.listen": wishes.listen,
    "translator.captions": captionsAttribute(wishes.read),
    // An empty value takes the attribute away.
    "translator.push": wishes.push === "always" ? "" : wishes.push === "pressed" ? "on" : "off",
  };
}

function captionsAttribute({ mode, language }: Wishes["read"]): string {
  switch (mode) {
    case "off":
      return "off";
    case "original":
      return "original";
    case "translation":
    case "both":
      // A record has what was spoken, also of those who do not read it.
      return `${language},original`;
  }
}

/** What is asked of an interpreter: the originals in place of languages that it does not offer. */
export function askedOf(wishes: Wishes, offered: readonly string[] | null): Wishes {
  const { listen, read } = wishes;
  return {
    ...wishes,
    listen: listen === "off" || isOffered(listen, offered) ? listen : "off",
    read: read.mode === "off" || isOffered(read.language, offered) ? read : { ...read, mode: "original" },
  };
}

/**
 * Whether somebody reads the original because their language is not offered, rather than on purpose.
 *
 * `chosen` is the mode that they chose themselves.
 */
export function isUntranslated({ read }: Wishes, chosen: ReadMode, offered: readonly string[] | null): boolean {
  return read.mode !== "off" && chosen !== "original" && !isOffered(read.language, offered);
}

/** What of `wanted` differs from the attributes that the server knows. */
export function changedAttributes(wanted: Attributes, known: Attributes): Record<string, string> {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => (known[key] ?? "") !== value));
}

/**
 * Hears another language from now on.
 *
 * The captions go along, unless the listener reads something else on purpose.
 */
export function hearing(wishes: Wishes, listen: string): Wishes {
  const { read } = wishes;
  if (listen === "off" || read.mode === "off") return { ...wishes, listen };
  if (wishes.listen === "off") {
    const mode = read.mode === "original" ? "translation" : read.mode;
    return { ...wishes, listen, read: { mode, language: listen } };
  }
  return { ...wishes, listen, read: read.language === wishes.listen ? { ...read, language: listen } : read };
}

/** More codes in one participant's attribute are not looked at, as in worker/listeners.py. */
const MOST_CODES = 8;
const MOST_CHARACTERS = 400;

/** A code, "auto", or "" where they have not said what they speak, or nothing that could be a language. */
export function spokenBy(attributes: Attributes): string {
  return codeOr("auto", attributes["translator.speak"]) ?? codeOr("auto", attributes["language"]) ?? "";
}

/** A code, or "off". */
export function heardBy(attributes: Attributes): string {
  return codeOr("off", attributes["translator.listen"] || attributes["language"]) ?? "off";
}

/** Codes, and "original". */
export function readBy(attributes: Attributes): readonly string[] {
  const wanted = attributes["translator.captions"] || attributes["language"] || "off";
  const codes = wanted
    .slice(0, MOST_CHARACTERS)
    .split(",", MOST_CODES)
    .map((code) => code.trim());
  return codes.includes("off") ? [] : codes.filter((code) => code === "original" || isLanguageCode(code));
}

/** `value` if it is a language code or the one other word that may stand there; what people set may be anything. */
function codeOr(other: string, value: string | undefined): string | null {
  const code = value?.slice(0, MOST_CHARACTERS).trim() ?? "";
  return code === other || isLanguageCode(code) ? code : null;
}
