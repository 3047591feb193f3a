import { TranslatorOf, type MessagesOf, type TextKeyOf } from "@hive/logic/i18n";
import { preferredInterface, type InterfaceLanguage } from "@hive/logic/languages";
import { ar } from "./ar";
import { de } from "./de";
import { en } from "./en";
import { es } from "./es";
import { fr } from "./fr";
import { hi } from "./hi";
import { it } from "./it";
import { ja } from "./ja";
import { pt } from "./pt";
import { zh } from "./zh";

export type Words = MessagesOf<typeof en>;
export type Key = TextKeyOf<typeof en>;

/** All of them, as a script in a page can load none. */
export const CATALOGUES: Readonly<Record<InterfaceLanguage, Words>> = { en, es, fr, de, pt, it, zh, ja, ar, hi };

/** In the language of the browser. */
export const words = translator(preferredInterface(navigator.languages));

export function translator(language: InterfaceLanguage): TranslatorOf<typeof en> {
  return new TranslatorOf<typeof en>(language, CATALOGUES[language]);
}
