import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { directionOf, INTERFACE_LANGUAGES, preferredInterface, type InterfaceLanguage } from "../logic/languages";
import { usePreferences } from "./usePreferences";

interface Words<Translator> {
  /** Shows a page once its words are there, and its name until then; another language replaces them without leaving it. */
  readonly Provider: (props: { children: ReactNode }) => ReactNode;
  readonly useWords: () => Translator;
}

/** The words of one page, of which `load` fetches those of a language. */
export function wordsOf<Translator extends { readonly language: InterfaceLanguage }>(
  load: (language: InterfaceLanguage) => Promise<Translator>,
): Words<Translator> {
  const WordsContext = createContext<Translator | null>(null);

  function Provider({ children }: { children: ReactNode }) {
    const [{ interfaceLanguage }] = usePreferences();
    const language =
      INTERFACE_LANGUAGES.find((code) => code === interfaceLanguage) ?? preferredInterface(navigator.languages);
    const [translator, setTranslator] = useState<Translator | null>(null);

    useEffect(() => {
      let current = true;
      load(language)
        .catch(() => load("en")) // the file could not be fetched; English is better than nothing
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
    return <WordsContext value={translator}>{children}</WordsContext>;
  }

  function useWords(): Translator {
    const translator = useContext(WordsContext);
    if (!translator) throw new Error("words outside their provider");
    return translator;
  }

  return { Provider, useWords };
}
