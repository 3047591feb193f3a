import { TranslatorOf, type MessagesOf, type TextKeyOf } from "../../logic/i18n";
import type { InterfaceLanguage } from "../../logic/languages";
import type { en } from "./en";

export type AdminWords = MessagesOf<typeof en>;
export type AdminKey = TextKeyOf<typeof en>;

/** Each a file of its own, as those of the meeting page. */
const CATALOGUES: Readonly<Record<InterfaceLanguage, () => Promise<AdminWords>>> = {
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

export async function loadWords(language: InterfaceLanguage): Promise<TranslatorOf<typeof en>> {
  return new TranslatorOf<typeof en>(language, await CATALOGUES[language]());
}
