import type { Voice } from "./api";

/** The language of a tag, without region: "en" for "en-GB". */
export function base(tag: string): string {
  return tag.split(/[-_]/, 1)[0]?.toLowerCase() ?? "";
}

const NAMES = new Intl.DisplayNames(["en"], { type: "language" });

/** In English; the code itself for what the browser does not know. */
export function languageName(code: string): string {
  try {
    return NAMES.of(code) ?? code;
  } catch (error) {
    if (error instanceof RangeError) return code;
    throw error;
  }
}

/** The languages that are spoken, by name. */
export function languagesOf(voices: readonly Voice[]): string[] {
  const codes = [...new Set(voices.map((voice) => base(voice.language)))];
  return codes.sort((a, b) => languageName(a).localeCompare(languageName(b), "en"));
}
