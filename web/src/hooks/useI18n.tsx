import { loadTranslator } from "../i18n/load";
import type { InterfaceLanguage } from "../logic/languages";
import { wordsOf } from "./words";

/** The words of the meeting's page. */
export const { Provider: I18nProvider, useWords: useI18n } = wordsOf(loadTranslator);

export type { InterfaceLanguage };
