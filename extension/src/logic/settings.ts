/** What a person chose, as the extension keeps it; what is kept may be of an older version, or broken. */

import { READ_MODES, type ReadMode } from "@hive/logic/captionView";
import { registerOf, type Register } from "@hive/logic/hearing";
import { isLanguageCode, preferredInterface } from "@hive/logic/languages";
import { within } from "@hive/logic/numbers";
import { CAPTION_SIZES } from "@hive/logic/preferences";

export const SPEAK_MODES = ["off", "push", "always"] as const;
/** What the others hear: one's own voice; the translation while a button is held; nothing but the translation. */
export type SpeakMode = (typeof SPEAK_MODES)[number];

export const CONTRASTS = ["glass", "dark", "light"] as const;
export type Contrast = (typeof CONTRASTS)[number];

/** How captions stand on a page. */
export interface Look {
  /** Step of `CAPTION_SIZES`. */
  readonly size: number;
  readonly contrast: Contrast;
  /** Where the middle of their lower edge is, as shares of the window's width and height. */
  readonly x: number;
  readonly y: number;
}

export interface Settings {
  /** The language to hear and read; "off" for the original alone. */
  readonly hear: string;
  /** What is spoken in the call, and so what the others understand; "auto" where it is to be found out. */
  readonly theirs: string;
  /** What this person speaks. */
  readonly mine: string;
  readonly read: ReadMode;
  /** Whether this person's microphone is interpreted. */
  readonly microphone: boolean;
  /** The device; "" for the browser's choice. */
  readonly device: string;
  readonly speak: SpeakMode;
  /** In which register this person's translation is spoken; "" goes by the pitch of their voice. */
  readonly voice: Register;
  /** The same of the call. */
  readonly callVoice: Register;
  /** 0 is the original alone, 1 the translation alone. */
  readonly balance: number;
  readonly look: Look;
}

export type Change = Partial<Settings>;

const LOOK: Look = { size: 1, contrast: "glass", x: 0.5, y: 0.94 };

/** Whoever begins hears and speaks the language of their browser. */
export function defaults(languages: readonly string[]): Settings {
  const own = preferredInterface(languages);
  return {
    hear: own,
    theirs: "auto",
    mine: own,
    read: "translation",
    microphone: false,
    device: "",
    speak: "off",
    voice: "",
    callVoice: "",
    balance: 0.9,
    look: LOOK,
  };
}

/** Reads what is kept; what is missing or of another kind gets its default. */
export function readSettings(kept: unknown, languages: readonly string[]): Settings {
  const usual = defaults(languages);
  const said = (typeof kept === "object" && kept !== null ? kept : {}) as Record<string, unknown>;
  return {
    hear: codeOr("off", said["hear"]) ?? usual.hear,
    theirs: codeOr("auto", said["theirs"]) ?? usual.theirs,
    mine: codeOr("", said["mine"]) || usual.mine,
    read: READ_MODES.find((mode) => mode === said["read"]) ?? usual.read,
    microphone: said["microphone"] === true,
    device: typeof said["device"] === "string" ? said["device"] : "",
    speak: SPEAK_MODES.find((mode) => mode === said["speak"]) ?? usual.speak,
    voice: registerOf(said["voice"]),
    callVoice: registerOf(said["callVoice"]),
    balance: typeof said["balance"] === "number" ? within(said["balance"], 0, 1) : usual.balance,
    look: readLook(said["look"]),
  };
}

export function readLook(kept: unknown): Look {
  const said = (typeof kept === "object" && kept !== null ? kept : {}) as Record<string, unknown>;
  const { size, contrast, x, y } = said;
  return {
    size: typeof size === "number" ? Math.round(within(size, 0, CAPTION_SIZES.length - 1)) : LOOK.size,
    contrast: CONTRASTS.find((one) => one === contrast) ?? LOOK.contrast,
    x: typeof x === "number" ? within(x, 0, 1) : LOOK.x,
    y: typeof y === "number" ? within(y, 0, 1) : LOOK.y,
  };
}

/** Whether the others are to hear a translation: there has to be a microphone, and a language to put it into. */
export function speaks({ microphone, speak, theirs }: Settings): boolean {
  return microphone && speak !== "off" && theirs !== "auto";
}

function codeOr(other: string, value: unknown): string | null {
  return typeof value === "string" && (value === other || isLanguageCode(value)) ? value : null;
}
