/** What a person chose, kept in this browser; nothing of it leaves the machine by itself. */

import type { ReadMode } from "./captionView";
import { registerOf, type Register } from "./hearing";
import { isLanguageCode } from "./languages";
import { NOISE_MODES, type Processing } from "./processing";

export interface Preferences {
  readonly name: string;
  readonly interfaceLanguage: string;
  readonly theme: "system" | "light" | "dark" | "contrast";
  readonly speak: string;
  readonly listen: string;
  /** A further language that is heard in the original; "" for none. */
  readonly understands: string;
  /** In which register others shall hear this person. */
  readonly voice: Register;
  readonly read: { readonly mode: ReadMode; readonly language: string };
  readonly pushToTranslate: boolean;
  readonly calm: boolean;
  /** Steps of the caption size, 0 is the smallest. */
  readonly captionSize: number;
  readonly captionContrast: boolean;
  readonly captionNames: boolean;
  /** Where captions stand: over the picture, or beside it or below. */
  readonly captionPlace: "beside" | "over";
  readonly balance: number;
  readonly microphone: string;
  readonly camera: string;
  readonly processing: Processing;
  /** Whether the microphone may stay open in this page while it is muted, to notice speech. */
  readonly noticeMuted: boolean;
  readonly speaker: string;
  readonly shortcuts: boolean;
  /** Whether finished sentences are read to screen readers; "auto": while no translated voice is heard. */
  readonly announce: "auto" | "on" | "off";
  readonly relayOnly: boolean;
  /** Whether transcripts of former meetings stay on this device. */
  readonly keepTranscripts: boolean;
  /** Whether the device tells of what happens while another window is in front. */
  readonly notifications: boolean;
  /** Whether others' reactions are seen. */
  readonly reactions: boolean;
  /** Codes, the one that was chosen last first. */
  readonly recentLanguages: readonly string[];
}

export const CAPTION_SIZES = [0.9, 1.1, 1.35, 1.7, 2.2, 2.9] as const;

export const DEFAULTS: Preferences = {
  name: "",
  interfaceLanguage: "",
  theme: "system",
  speak: "",
  listen: "",
  understands: "",
  voice: "",
  read: { mode: "translation", language: "" },
  pushToTranslate: false,
  calm: false,
  captionSize: 2,
  captionContrast: false,
  captionNames: true,
  captionPlace: "beside",
  balance: 0.9,
  microphone: "",
  camera: "",
  processing: { echoCancellation: true, noise: "standard", autoGain: true },
  noticeMuted: false,
  speaker: "",
  shortcuts: true,
  announce: "auto",
  relayOnly: false,
  keepTranscripts: false,
  notifications: false,
  reactions: true,
  recentLanguages: [],
};

const MOST_RECENT = 5;

const KEY = "hive.preferences";

/** The part of `Storage` that is used; a browser may refuse it by throwing. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Reads what is kept; what is missing, broken or of another kind gets its default. */
export function readPreferences(shelf: Shelf): Preferences {
  let kept: unknown;
  try {
    kept = JSON.parse(shelf.getItem(KEY) ?? "{}");
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DOMException) return DEFAULTS;
    throw error;
  }
  if (typeof kept !== "object" || kept === null) return DEFAULTS;
  const values = kept as Record<string, unknown>;
  const known = Object.entries(DEFAULTS).map(([key, value]) => [
    key,
    typeof values[key] === typeof value && values[key] !== null ? values[key] : value,
  ]);
  const preferences = Object.fromEntries(known) as Preferences;
  const size = Math.round(preferences.captionSize);
  return {
    ...preferences,
    captionSize: Math.min(CAPTION_SIZES.length - 1, Math.max(0, Number.isFinite(size) ? size : DEFAULTS.captionSize)),
    processing: processingOf(preferences.processing),
    understands: isLanguageCode(preferences.understands) ? preferences.understands : "",
    voice: registerOf(preferences.voice),
    balance: Math.min(1, Math.max(0, preferences.balance)),
    captionPlace: preferences.captionPlace === "over" ? "over" : "beside",
    announce: ["on", "off"].includes(preferences.announce) ? preferences.announce : "auto",
    recentLanguages: recentOf(values["recentLanguages"]),
  };
}

function processingOf({ echoCancellation, noise, autoGain }: Processing): Processing {
  return {
    echoCancellation: echoCancellation !== false,
    noise: NOISE_MODES.find((mode) => mode === noise) ?? DEFAULTS.processing.noise,
    autoGain: autoGain !== false,
  };
}

function recentOf(kept: unknown): readonly string[] {
  if (!Array.isArray(kept)) return [];
  return kept.filter((code): code is string => typeof code === "string" && isLanguageCode(code)).slice(0, MOST_RECENT);
}

/** The languages used last, now that `code` was chosen. */
export function withRecent(recent: readonly string[], code: string): readonly string[] {
  return [code, ...recent.filter((other) => other !== code)].slice(0, MOST_RECENT);
}

export function keepPreferences(shelf: Shelf, preferences: Preferences): void {
  try {
    shelf.setItem(KEY, JSON.stringify(preferences));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // full or forbidden: the choice holds for this visit
  }
}

/** Two voices at once are understood by nobody: without a choice, a translation that is heard goes first. */
export function announces({ announce }: Preferences, hearsTranslation: boolean): boolean {
  return announce === "auto" ? !hearsTranslation : announce === "on";
}
