/** The voice of each language, as its organiser chose it. */

import { sameLanguage, sortedByName } from "./languages";

export type ChosenVoices = Readonly<Record<string, string>>;
export type Voices = Readonly<Record<string, readonly string[]>>;

/** "kokoro:af_heart" for people: the voice, then the engine that it belongs to. */
export function voiceLabel(name: string): string {
  const [engine, ...voice] = name.split(":");
  return voice.length ? `${voice.join(":")} · ${engine}` : name;
}

/** With another voice for one language; "" for none in particular. */
export function withVoice(chosen: ChosenVoices, language: string, voice: string): ChosenVoices {
  const others = Object.entries(chosen).filter(([code]) => code !== language);
  return Object.fromEntries(voice ? [...others, [language, voice]] : others);
}

/** Without languages that are not among `languages`, or their regions; null keeps all. */
export function voicesOf(chosen: ChosenVoices, languages: readonly string[] | null): ChosenVoices {
  if (languages === null) return chosen;
  return Object.fromEntries(
    Object.entries(chosen).filter(([code]) => languages.some((language) => sameLanguage(language, code))),
  );
}

export interface VoiceChoices {
  /** Languages whose voice can be chosen, by name. */
  readonly voiced: readonly string[];
  /** Languages that no voice speaks. */
  readonly silent: readonly string[];
}

/** Which of the offered languages have voices; nobody knows it before the interpreter has said so. */
export function voiceChoices(
  offered: readonly string[],
  voices: Voices,
  chosen: ChosenVoices,
  locale: string,
): VoiceChoices {
  const known = Object.keys(voices).length > 0;
  const has = (code: string): boolean => (voices[code]?.length ?? 0) > 0;
  return {
    voiced: sortedByName([...offered.filter(has), ...Object.keys(chosen)], locale),
    silent: known
      ? sortedByName(
          offered.filter((code) => !has(code) && !(code in chosen)),
          locale,
        )
      : [],
  };
}
