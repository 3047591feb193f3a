import type { Messages } from "../logic/i18n";
import { Translator } from "../logic/i18n";
import type { InterfaceLanguage } from "../logic/languages";

/** Each catalogue is a file of its own, so that a visitor loads one. */
const CATALOGUES: Readonly<Record<InterfaceLanguage, () => Promise<Messages>>> = {
  en: async () => (await import("./en")).en,
  es: async () => (await import("./es")).es,
  fr: async () => (await import("./fr")).fr,
  de: async () => (await import("./de")).de,
  pt: async () => (await import("./pt")).pt,
  it: async () => (await import("./it")).it,
  zh: async () => (await import("./zh")).zh,
  ja: async () => (await import("./ja")).ja,
  ar: async () => (await import("./ar")).ar,
  hi: async () => (await import("./hi")).hi,
};

export async function loadTranslator(language: InterfaceLanguage): Promise<Translator> {
  return new Translator(language, await CATALOGUES[language]());
}
