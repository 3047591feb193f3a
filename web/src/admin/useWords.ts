import { useMemo } from "react";
import { wordsOf } from "../hooks/words";
import type { Values } from "../logic/i18n";
import { Figures } from "./figures";
import { loadWords, type AdminKey } from "./words/load";

/** The words of the page for operators. */
export const { Provider: AdminWordsProvider, useWords } = wordsOf(loadWords);

/** Writes figures as the reader's language does. */
export function useFigures(): Figures {
  const { text, language } = useWords();
  return useMemo(() => new Figures(language, text("figure.same")), [language, text]);
}

/** Says a word of the service in the reader's language; what this page does not know comes as it is. */
export function useNameOf(): (group: string, word: string) => string {
  const { text, knows } = useWords();
  return (group, word) => {
    const key = `${group}.${word}`;
    return knows(key) ? text(key) : word.replaceAll("_", " ");
  };
}

/** In words of the page, or as the service said it, which is English. */
export type Told = { readonly key: AdminKey; readonly values?: Values } | { readonly detail: string };

export function useToldText(): (told: Told) => string {
  const { text } = useWords();
  return (told) => ("key" in told ? text(told.key, told.values) : told.detail);
}

export type { AdminKey };
