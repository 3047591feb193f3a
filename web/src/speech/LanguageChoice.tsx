import { usePreferences } from "../hooks/usePreferences";
import { INTERFACE_LANGUAGES, ownNameOf } from "../logic/languages";
import { useWords } from "./useWords";

/** The language of this page, each by its own name. */
export function LanguageChoice() {
  const { text, language } = useWords();
  const [, change] = usePreferences();
  return (
    <select
      className="speech-page-language"
      aria-label={text("page.language")}
      value={language}
      onChange={(event) => change({ interfaceLanguage: event.target.value })}
    >
      {INTERFACE_LANGUAGES.map((code) => (
        <option key={code} value={code} lang={code}>
          {ownNameOf(code, language)}
        </option>
      ))}
    </select>
  );
}
