import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { loadTranslator } from "../i18n/load";
import type { Translator } from "../logic/i18n";
import { directionOf, INTERFACE_LANGUAGES, preferredInterface, type InterfaceLanguage } from "../logic/languages";
import { usePreferences } from "./usePreferences";

const I18nContext = createContext<Translator | null>(null);

/** Shows the page once its words are there, and its name until then; another language replaces them without leaving the page. */
export function I18nProvider({ children }: { children: ReactNode }) {
  const [{ interfaceLanguage }] = usePreferences();
  const language =
    INTERFACE_LANGUAGES.find((code) => code === interfaceLanguage) ?? preferredInterface(navigator.languages);
  const [translator, setTranslator] = useState<Translator | null>(null);

  useEffect(() => {
    let current = true;
    loadTranslator(language)
      .catch(() => loadTranslator("en")) // the file could not be fetched; English is better than nothing
      .then((loaded) => current && setTranslator(loaded))
      .catch((error: unknown) => console.error("the words of the page could not be loaded", error));
    return () => {
      current = false;
    };
  }, [language]);

  useEffect(() => {
    if (!translator) return;
    document.documentElement.lang = translator.language;
    document.documentElement.dir = directionOf(translator.language);
  }, [translator]);

  // As in index.html, so that nothing is blank while the words are fetched.
  if (!translator) return <p className="loading">HIVE…</p>;
  return <I18nContext value={translator}>{children}</I18nContext>;
}

export function useI18n(): Translator {
  const translator = useContext(I18nContext);
  if (!translator) throw new Error("useI18n outside I18nProvider");
  return translator;
}

export type { InterfaceLanguage };
