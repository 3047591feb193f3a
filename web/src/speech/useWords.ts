import { wordsOf } from "../hooks/words";
import type { Refusal } from "./api";
import { loadWords, type SpeechKey } from "./words/load";

/** The words of the page that speaks a text. */
export const { Provider: SpeechWordsProvider, useWords } = wordsOf(loadWords);

/** Says in the reader's language why something was refused; what has no words of its own comes as the service said it. */
export function useRefusalText(): (refusal: Refusal) => string {
  const { text } = useWords();
  return ({ told, laterS }) => {
    const said = "key" in told ? text(told.key, told.values) : told.detail;
    return laterS > 0 ? `${said} ${text("error.later", { seconds: laterS })}` : said;
  };
}

export type { SpeechKey };
